package suite

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// compare compares the rows of an answer with the expected ones, in any order
// unless ordered is set.
func compare(got, want [][]any, ordered bool) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d rows instead of %d", len(got), len(want))
	}
	x, y := canonicalRows(got), canonicalRows(want)
	if !ordered {
		slices.Sort(x)
		slices.Sort(y)
	}
	for i := range x {
		if x[i] != y[i] {
			return fmt.Errorf("%.60s instead of %.60s", x[i], y[i])
		}
	}
	return nil
}

func canonicalRows(rows [][]any) []string {
	result := make([]string, len(rows))
	for i, row := range rows {
		result[i] = string(appendCanonical(nil, row))
	}
	return result
}

// appendCanonical appends a text that two values share which are the same but
// for the type of a number and for the rounding that another order of addition
// brings.
func appendCanonical(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		const exact = 1 << 53
		if rounded := math.Round(v); math.Abs(v) < exact && math.Abs(v-rounded) <= 1e-9*math.Abs(v) {
			return strconv.AppendInt(dst, int64(rounded), 10)
		}
		return strconv.AppendFloat(dst, v, 'g', 9, 64)
	case string:
		return strconv.AppendQuote(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendCanonical(dst, item)
		}
		return append(dst, ']')
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.SortFunc(keys, strings.Compare)
		dst = append(dst, '{')
		for _, key := range keys {
			dst = append(append(dst, key...), ": "...)
			dst = append(appendCanonical(dst, v[key]), ", "...)
		}
		return append(dst, '}')
	default:
		return fmt.Appendf(dst, "%T(%v)", v, v)
	}
}

// value is the answer of one row with one column.
func value(v any) [][]any { return [][]any{{v}} }

// column is the answer of rows with one column of ids.
func column[I ~int32 | ~int64](of []I) [][]any {
	result := make([][]any, len(of))
	for i, id := range of {
		result[i] = []any{int64(id)}
	}
	return result
}
