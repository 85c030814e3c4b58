package function

import (
	"math"
	"strconv"
	"strings"
)

// roundDecimal rounds the shortest decimal text of x, not its binary value:
// 1.005 with two digits is 1.01, as a reader expects.
func roundDecimal(x float64, digits int, mode string) (float64, bool) {
	mode = strings.ToUpper(mode)
	switch mode {
	case "UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN":
	default:
		return 0, false
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return x, true
	}
	text := strconv.FormatFloat(math.Abs(x), 'f', -1, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	if len(fraction) <= digits {
		return x, true
	}
	kept, rest := []byte(whole+fraction[:digits]), fraction[digits:]
	if roundsUp(mode, x < 0, kept[len(kept)-1], rest) {
		kept = increment(kept)
	}
	point := len(kept) - digits
	rounded, err := strconv.ParseFloat(string(kept[:point])+"."+string(kept[point:])+"0", 64)
	if err != nil {
		return 0, false
	}
	return math.Copysign(rounded, x), true
}

// roundsUp decides whether the magnitude grows. The digits in rest are not all
// zero, because the text is the shortest one.
func roundsUp(mode string, negative bool, last byte, rest string) bool {
	half := strings.Compare(rest, "5") // the texts have no trailing zeros
	switch mode {
	case "UP":
		return true
	case "CEILING":
		return !negative
	case "FLOOR":
		return negative
	case "HALF_UP":
		return half >= 0
	case "HALF_DOWN":
		return half > 0
	case "HALF_EVEN":
		return half > 0 || half == 0 && (last-'0')%2 == 1
	}
	return false
}

// increment adds one to a text of digits.
func increment(digits []byte) []byte {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] != '9' {
			digits[i]++
			return digits
		}
		digits[i] = '0'
	}
	return append([]byte{'1'}, digits...)
}
