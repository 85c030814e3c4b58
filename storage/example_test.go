package storage_test

import (
	"context"
	"fmt"

	"github.com/drawbolt/drawbolt/storage"
	"github.com/drawbolt/drawbolt/storage/graph"
)

func ExampleOpen() {
	ctx := context.Background()
	s, err := storage.Open(ctx, storage.Options{}) // with a Directory it is durable
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	person, _ := s.InternLabel("Person")
	knows, _ := s.InternType("KNOWS")
	name, _ := s.InternKey("name")

	tx := s.Begin(storage.WriteMode)
	defer tx.Rollback() // does nothing after Commit
	ann, _ := tx.CreateNode(ctx, []storage.LabelID{person}, []storage.Property{{Key: name, Value: graph.String("Ann")}})
	bob, _ := tx.CreateNode(ctx, []storage.LabelID{person}, []storage.Property{{Key: name, Value: graph.String("Bob")}})
	_, _ = tx.CreateRelationship(ctx, ann, bob, knows, nil)
	if _, err := tx.Commit(ctx); err != nil {
		fmt.Println(err)
		return
	}

	read := s.Begin(storage.ReadMode)
	defer read.Rollback()
	v := read.View()
	var c storage.ExpandCursor
	var arena graph.Arena
	steps := make([]storage.Step, 16)
	for n := v.Expand(&c, ann, storage.Out, []storage.TypeID{knows}, steps); n > 0; n = v.Expand(&c, ann, storage.Out, []storage.TypeID{knows}, steps) {
		for _, step := range steps[:n] {
			fmt.Println(v.NodeProperty(step.Node, name, &arena).Str())
		}
	}
	// Output: Bob
}
