package generator_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher/cyphertest/generator"
	"github.com/drawbolt/drawbolt/cypher/parser"
)

// TestRepeats checks that a seed always makes the same statements, and that
// they can be read.
func TestRepeats(t *testing.T) {
	t.Parallel()
	const seeds, statements = 20, 10
	for seed := range uint64(seeds) {
		a, b := generator.New(seed), generator.New(seed)
		texts := [][2]string{{a.Graph(), b.Graph()}}
		for i := range statements {
			texts = append(texts, [2]string{a.Query(i%2 == 0), b.Query(i%2 == 0)})
		}
		for _, r := range a.Relations() {
			for _, text := range append(r.Left, r.Right...) {
				texts = append(texts, [2]string{text, text})
			}
		}
		for _, text := range texts {
			if text[0] != text[1] {
				t.Errorf("seed %d makes %q and %q", seed, text[0], text[1])
			}
			if _, err := parser.Parse(text[0]); err != nil {
				t.Errorf("seed %d: %q: %v", seed, text[0], err)
			}
		}
	}
}
