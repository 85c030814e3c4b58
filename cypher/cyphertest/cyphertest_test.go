package cyphertest_test

import (
	"testing"

	"github.com/drawbolt/drawbolt/cypher/cyphertest"
)

func TestQueries(t *testing.T) { cyphertest.Walk(t, "testdata/query") }

func TestPlans(t *testing.T) { cyphertest.Walk(t, "testdata/plan") }
