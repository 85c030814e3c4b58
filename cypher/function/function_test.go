package function_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/drawbolt/drawbolt/cypher/ast"
	"github.com/drawbolt/drawbolt/cypher/function"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// Short constructors, so that rows stay on one line.
var (
	null = graph.Null
	i    = graph.Integer
	f    = graph.Float
	s    = graph.String
	b    = graph.Boolean
)

func l(items ...graph.Value) graph.Value { return graph.List(items) }

func m(entries ...any) graph.Value {
	var fields []graph.Field
	for n := 0; n < len(entries); n += 2 {
		fields = append(fields, graph.Field{Name: entries[n].(string), Value: entries[n+1].(graph.Value)})
	}
	return graph.Map(fields)
}

func list(items ...graph.Value) []graph.Value { return items }

// TestCalls compares results as their descriptions; a want that begins with an
// exclamation mark is a part of an error.
func TestCalls(t *testing.T) {
	table := function.NewTable()
	for _, tt := range []struct {
		name string
		args []graph.Value
		want string
	}{
		{"abs", list(i(-3)), "3"},
		{"abs", list(f(-3.5)), "3.5"},
		{"abs", list(i(math.MinInt64)), "!IntegerOverflow"},
		{"abs", list(s("3")), "!InvalidArgumentType"},
		{"abs", list(null), "null"},
		{"ceil", list(f(0.1)), "1.0"},
		{"floor", list(f(-0.1)), "-1.0"},
		{"sign", list(f(math.Copysign(0, -1))), "0"},
		{"sign", list(i(-7)), "-1"},
		{"isNaN", list(f(math.NaN())), "true"},
		{"round", list(f(-1.5)), "-1.0"},
		{"round", list(f(2.5)), "3.0"},
		{"round", list(f(0.49999999999999994)), "0.0"},
		{"round", list(f(-2.5), i(0)), "-2.0"},
		{"round", list(f(1.005), i(2)), "1.01"},
		{"round", list(f(-1.55), i(1)), "-1.6"},
		{"round", list(f(1.25), i(1), s("HALF_EVEN")), "1.2"},
		{"round", list(f(1.35), i(1), s("half_even")), "1.4"},
		{"round", list(f(1.25), i(1), s("HALF_DOWN")), "1.2"},
		{"round", list(f(-1.21), i(1), s("UP")), "-1.3"},
		{"round", list(f(-1.29), i(1), s("DOWN")), "-1.2"},
		{"round", list(f(-1.29), i(1), s("CEILING")), "-1.2"},
		{"round", list(f(-1.21), i(1), s("FLOOR")), "-1.3"},
		{"round", list(f(9.99), i(1)), "10.0"},
		{"round", list(f(1), i(1), s("SIDEWAYS")), "!HALF_EVEN"},
		{"round", list(f(1.5), i(-1)), "!not negative"},
		{"sqrt", list(i(16)), "4.0"},
		{"atan2", list(i(0), i(-1)), "3.141592653589793"},
		{"haversin", list(f(0)), "0.0"},
		{"degrees", list(f(math.Pi)), "180.0"},
		{"coth", list(i(0)), "NaN"},
		{"pi", nil, "3.141592653589793"},

		{"left", list(s("héllo"), i(2)), `"hé"`},
		{"left", list(s("abc"), i(9)), `"abc"`},
		{"left", list(s("abc"), i(-1)), "!not negative"},
		{"right", list(s("héllo"), i(4)), `"éllo"`},
		{"right", list(s("abc"), i(9)), `"abc"`},
		{"substring", list(s("hello"), i(1), i(3)), `"ell"`},
		{"substring", list(s("hello"), i(1)), `"ello"`},
		{"substring", list(s("hello"), i(9)), `""`},
		{"substring", list(s("hello"), i(1), i(-1)), "!not negative"},
		{"split", list(s("a,b,,c"), s(",")), `["a", "b", "", "c"]`},
		{"split", list(s("a,b;c"), l(s(","), s(";"))), `["a", "b", "c"]`},
		{"split", list(s("abc"), s("")), `["a", "b", "c"]`},
		{"split", list(s(""), s("")), `[""]`},
		{"split", list(s("abc"), i(1)), "!InvalidArgumentType"},
		{"replace", list(s("aaa"), s("a"), s("bb")), `"bbbbbb"`},
		{"replace", list(s("aaa"), s("a"), s("b"), i(2)), `"bba"`},
		{"replace", list(s(strings.Repeat("a", 1<<15)), s("a"), s(strings.Repeat("b", 1<<15))), "!more than"},
		{"trim", list(s("\t a \n")), `"a"`},
		{"lTrim", list(s("xxax"), s("x")), `"ax"`},
		{"rTrim", list(s(" a ")), `" a"`},
		{"bTrim", list(s("xyaxy"), s("xy")), `"a"`},
		{"toUpper", list(s("straße")), `"STRASSE"`},
		{"toLower", list(s("ΑΣ")), `"ας"`},
		{"trim", list(s("\u00a0a\u2003")), `"\u00a0a"`},
		{"lower", list(s("AB")), `"ab"`},
		{"reverse", list(s("añb")), `"bña"`},
		{"reverse", list(l(i(1), null)), "[null, 1]"},
		{"normalize", list(s("e\u0301")), `"é"`},
		{"normalize", list(s("é"), s("NFX")), "!NFKD"},
		{"char_length", list(s("añ")), "2"},
		{"startsWith", list(s("abc"), s("ab")), "true"},
		{"contains", list(s("abc"), s("x")), "false"},

		{"toInteger", list(s("+42")), "42"},
		{"toInteger", list(s(" 42 ")), "null"},
		{"toInteger", list(s("9223372036854775808")), "!too large"},
		{"toIntegerOrNull", list(s("9223372036854775808")), "null"},
		{"toInteger", list(s("Infinity")), "null"},
		{"toInteger", list(s("1.7")), "1"},
		{"toInteger", list(s("1e3")), "1000"},
		{"toInteger", list(s("0x10")), "null"},
		{"toInteger", list(s("1_000")), "null"},
		{"toInteger", list(s("NaN")), "null"},
		{"toInteger", list(s("")), "null"},
		{"toInteger", list(f(-82.9)), "-82"},
		{"toInteger", list(f(1e300)), "9223372036854775807"},
		{"toInteger", list(b(true)), "1"},
		{"toInteger", list(l()), "!InvalidArgumentValue"},
		{"toIntegerOrNull", list(l()), "null"},
		{"toIntegerList", list(l(s("1"), s("x"), null)), "[1, null, null]"},
		{"toFloat", list(s("1.5")), "1.5"},
		{"toFloat", list(s("inf")), "null"},
		{"toFloat", list(s("Infinity")), "+Inf"},
		{"toFloat", list(b(true)), "!InvalidArgumentValue"},
		{"toBoolean", list(s(" TRUE ")), "true"},
		{"toBoolean", list(s("yes")), "null"},
		{"toBoolean", list(i(0)), "false"},
		{"toBoolean", list(f(1)), "!InvalidArgumentValue"},
		{"toString", list(f(1e10)), `"1.0E10"`},
		{"toString", list(f(1234567)), `"1234567.0"`},
		{"toString", list(f(0.00025)), `"2.5E-4"`},
		{"toString", list(f(math.Inf(-1))), `"-Infinity"`},
		{"toString", list(m()), "!InvalidArgumentValue"},
		{"toStringOrNull", list(m()), "null"},
		{"valueType", list(null), `"NULL"`},
		{"valueType", list(i(1)), `"INTEGER NOT NULL"`},
		{"valueType", list(l(i(1), f(1), null)), `"LIST<INTEGER | FLOAT> NOT NULL"`},
		{"valueType", list(l(s("a"), l(b(true)))), `"LIST<STRING NOT NULL | LIST<BOOLEAN NOT NULL> NOT NULL> NOT NULL"`},
		{"valueType", list(l(l(i(1)), l(s("a")))), `"LIST<LIST<STRING NOT NULL> NOT NULL | LIST<INTEGER NOT NULL> NOT NULL> NOT NULL"`},
		{"valueType", list(l()), `"LIST<NOTHING> NOT NULL"`},
		{"toByteString", list(s("0x0aff")), "0x0aff"},
		{"toByteString", list(s("0xa")), "!hexadecimal"},
		{"fromByteString", list(graph.Bytes([]byte{10, 255}), i(3)), `"0x000aff"`},

		{"head", list(l(i(1), i(2))), "1"},
		{"head", list(l()), "null"},
		{"last", list(l(i(1), i(2))), "2"},
		{"tail", list(l(i(1), i(2))), "[2]"},
		{"tail", list(l()), "[]"},
		{"size", list(s("añ")), "2"},
		{"size", list(l(null)), "1"},
		{"size", list(i(1)), "!InvalidArgumentType"},
		{"range", list(i(0), i(10), i(3)), "[0, 3, 6, 9]"},
		{"range", list(i(2), i(0), i(-1)), "[2, 1, 0]"},
		{"range", list(i(1), i(0)), "[]"},
		{"range", list(i(math.MaxInt64-1), i(math.MaxInt64)), "[9223372036854775806, 9223372036854775807]"},
		{"range", list(i(math.MinInt64), i(math.MaxInt64), i(math.MaxInt64)), "[-9223372036854775808, -1, 9223372036854775806]"},
		{"range", list(i(0), i(1), i(0)), "!NumberOutOfRange"},
		{"range", list(i(0), f(1)), "!InvalidArgumentType"},
		{"range", list(i(0), i(1<<40)), "!more than"},
		{"range", list(i(math.MinInt64), i(math.MaxInt64)), "!too many"},
		{"toSet", list(l(i(1), f(1), null, null, s("a"))), `[1, null, "a"]`},
		{"coalesce", list(null, i(2), i(3)), "2"},
		{"nullIf", list(i(2), f(2)), "null"},
		{"nullIf", list(i(2), null), "2"},
		{"isEmpty", list(s("")), "true"},
		{"isEmpty", list(m("a", i(1))), "false"},
		{"isEmpty", list(i(1)), "!InvalidArgumentType"},
		{"exists", list(null), "false"},
		{"keys", list(m("a", i(1), "b", null)), `["a", "b"]`},
		{"values", list(m("a", i(1))), "[1]"},
		{"properties", list(m("a", i(1))), "{a: 1}"},
		{"properties", list(i(1)), "!InvalidArgumentValue"},
		{"type", list(i(1)), "!InvalidArgumentValue"},
		{"assert", list(b(true)), "true"},
		{"assert", list(b(false), s("too bad")), "!too bad"},
		{"assert", list(null), "!not true"},
		{"timestamp", nil, "0"},
		{"linenumber", nil, "null"},

		{"point", list(m("x", i(1), "y", f(2))), "point{SRID:7203 X:1 Y:2 Z:0}"},
		{"point", list(m("x", i(1), "y", i(2), "z", i(3))), "point{SRID:9157 X:1 Y:2 Z:3}"},
		{"point", list(m("longitude", i(190), "latitude", i(2))), "point{SRID:4326 X:-170 Y:2 Z:0}"},
		{"point", list(m("x", i(1), "y", i(2), "height", i(3))), "point{SRID:4979 X:1 Y:2 Z:3}"},
		{"point", list(m("x", i(1), "y", i(2), "crs", s("WGS-84"))), "point{SRID:4326 X:1 Y:2 Z:0}"},
		{"point", list(m("x", i(1), "y", null)), "null"},
		{"point", list(m("x", i(1))), "!x and y"},
		{"point", list(m("x", i(1), "y", i(2), "srid", i(9157))), "!coordinates"},
		{"point", list(m("longitude", i(1), "latitude", i(91))), "!latitude"},
		{"point", list(m("longitude", i(1), "latitude", i(1), "crs", s("cartesian"))), "!cartesian"},
		{"point.distance", list(point(7203, 0, 0), point(7203, 3, 4)), "5.0"},
		{"point.distance", list(point(7203, 0, 0), point(4326, 3, 4)), "null"},
		{"point.withinBBox", list(point(4326, 179, 0), point(4326, 170, -1), point(4326, -170, 1)), "true"},
		{"point.withinBBox", list(point(7203, 5, 0), point(7203, 0, -1), point(7203, 4, 1)), "false"},

		{"vector.similarity.cosine", list(l(i(1), i(0)), l(i(0), i(1))), "0.5"},
		{"vector.similarity.euclidean", list(l(i(1)), l(i(2))), "0.5"},
		{"vector.similarity.cosine", list(l(i(0)), l(i(1))), "!not zero"},
		{"vector.similarity.cosine", list(l(i(0)), l(i(1), i(2))), "!same number"},
		{"vector", list(l(i(1), i(-2)), i(2), s("INTEGER8")), "vector(01fe)"},
		{"vector", list(s("[1, 2.5]"), i(2), s("FLOAT32")), "vector(3f80000040200000)"},
		{"vector", list(l(i(200)), i(1), s("INTEGER8")), "!fit"},
		{"vector", list(l(i(1)), i(2), s("INTEGER8")), "!dimension"},

		{"date", list(s("2024-02-29")), "DATE(19782,0)"},
		{"date", list(s("2024-02-30")), "!InvalidArgumentValue"},
		{"date", list(i(5)), "!InvalidArgumentType"},
		{"date.truncate", list(s("month"), graph.Date(19782)), "DATE(19754,0)"},
		{"date.truncate", list(s("month"), graph.Date(19782), m("day", i(2))), "DATE(19755,0)"},
		{"datetime.fromepoch", list(i(5), i(6)), "datetime(5.000000006 +0)"},
		{"datetime.fromepochmillis", list(i(-1)), "datetime(-1.999000000 +0)"},
		{"duration.inDays", list(graph.Date(1), graph.Date(3)), "duration{Months:0 Days:2 Seconds:0 Nanos:0}"},
		{"duration", list(s("nonsense")), "!duration"},
	} {
		fn := table.Find(tt.name)
		if fn == nil {
			t.Errorf("Find(%s) = nil", tt.name)
			continue
		}
		if !fn.Takes(len(tt.args)) {
			t.Errorf("%s does not take %d arguments", fn.String(), len(tt.args))
			continue
		}
		got, err := fn.Invoke(&function.Context{}, tt.args)
		if part, ok := strings.CutPrefix(tt.want, "!"); ok {
			var failed *function.Error
			if !errors.As(err, &failed) || !strings.Contains(failed.Message, part) || failed.Kind == 0 || failed.Detail == "" {
				t.Errorf("%s(%v) = %v, %v; want an error with %q", tt.name, tt.args, got, err, part)
			}
			continue
		}
		if text := fmt.Sprint(got); err != nil || text != tt.want {
			t.Errorf("%s(%v) = %s, %v; want %s", tt.name, tt.args, text, err, tt.want)
		}
	}
}

func point(srid int32, x, y float64) graph.Value {
	return graph.NewPoint(graph.Point{SRID: srid, X: x, Y: y})
}

// TestTable checks what every row must have.
func TestTable(t *testing.T) {
	table := function.NewTable()
	if n := len(table.All()); n < 140 {
		t.Errorf("the table has %d rows", n)
	}
	for _, fn := range table.All() {
		switch {
		case (fn.Call == nil) == (fn.New == nil):
			t.Errorf("%s: exactly one of Call and New must be set", fn.Name)
		case fn.Aggregate != (fn.New != nil):
			t.Errorf("%s: Aggregate and New disagree", fn.Name)
		case fn.Category == "" || !strings.HasSuffix(fn.Description, "."):
			t.Errorf("%s: no category or description", fn.Name)
		case table.Find(strings.ToUpper(fn.Name)) != fn:
			t.Errorf("%s is not found by its name in capitals", fn.Name)
		}
		optional := false
		for _, p := range fn.Parameters {
			if optional && !p.Optional {
				t.Errorf("%s: parameter %s follows an optional one", fn.Name, p.Name)
			}
			optional = p.Optional
			if p.Type.Set == 0 {
				t.Errorf("%s: parameter %s takes nothing", fn.Name, p.Name)
			}
		}
	}
}

// TestHostileArguments calls every function with every kind of argument: an
// error is fine, a panic is not.
func TestHostileArguments(*testing.T) {
	table := function.NewTable()
	values := list(null, b(true), i(-1), f(math.NaN()), s(""), s("x"), graph.Bytes([]byte{1}), l(), l(null, s("a"), i(1)),
		m(), m("x", s("a")), graph.Date(1), graph.Time(5, 7), graph.DateTime(1, 2, &graph.Zone{Name: "Nowhere"}),
		graph.NewDuration(graph.Duration{Months: math.MinInt64, Days: math.MaxInt64, Seconds: math.MinInt64}), point(7203, 1, 2),
		graph.NewPath(&graph.Path{Nodes: []graph.NodeID{1}}), graph.UUID([16]byte{1}))
	for _, fn := range table.All() {
		least, most := fn.Arity()
		if most < 0 {
			most = least + 1
		}
		for n := least; n <= min(most, 2); n++ {
			for _, x := range values {
				for _, y := range values {
					args := list(x, y)[:n]
					if fn.Aggregate {
						acc := fn.New(&function.Context{})
						acc.Grow(1)
						_ = acc.Add(0, args)
						_, _ = acc.Result(0)
						continue
					}
					_, _ = fn.Invoke(&function.Context{}, args)
				}
			}
		}
	}
}

func TestSignatures(t *testing.T) {
	table := function.NewTable()
	for _, tt := range []struct{ name, want string }{
		{"left", "left(original :: STRING, length :: INTEGER) :: STRING"},
		{"coalesce", "coalesce(input :: ANY, ...) :: ANY"},
		{"labels", "labels(node :: NODE) :: LIST<STRING>"},
		{"abs", "abs(input :: INTEGER | FLOAT) :: INTEGER | FLOAT"},
	} {
		if got := table.Find(tt.name).String(); got != tt.want {
			t.Errorf("signature = %s, want %s", got, tt.want)
		}
	}
	if got := table.Find("abs").ResultType([]ast.Type{ast.Of(ast.TypeInteger).Nullable()}); got != ast.Of(ast.TypeInteger).Nullable() {
		t.Errorf("type of abs(Integer or null) = %v", got)
	}
	if got := table.Find("head").ResultType([]ast.Type{ast.ListOf(ast.TypeString)}); got != ast.Of(ast.TypeString).Nullable() {
		t.Errorf("type of head(List<String>) = %v", got)
	}
}

func TestParseElementID(t *testing.T) {
	db := [16]byte{0x12, 0x34, 15: 0xFF}
	const uuid = "12340000-0000-0000-0000-0000000000ff"
	for _, tt := range []struct {
		text         string
		relationship bool
		want         uint64
		ok           bool
	}{
		{"4:" + uuid + ":7", false, 7, true},
		{"5:" + uuid + ":18446744073709551614", true, 18446744073709551614, true},
		{"4:" + uuid + ":7", true, 0, false},
		{"4:" + uuid + ":+7", false, 0, false},
		{"4:" + uuid + ":", false, 0, false},
		{"4:" + strings.ToUpper(uuid) + ":7", false, 0, false},
		{"7", false, 0, false},
	} {
		got, ok := function.ParseElementID(tt.text, db, tt.relationship)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("ParseElementID(%s, %v) = %d, %v, want %d, %v", tt.text, tt.relationship, got, ok, tt.want, tt.ok)
		}
	}
}
