package html

import (
	"math"
	"strconv"
	"testing"
)

// contrast is the ratio of WCAG 2.1, 1.4.3, from relative luminances.
func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 4 {
		hex = "#" + hex[1:2] + hex[1:2] + hex[2:3] + hex[2:3] + hex[3:] + hex[3:]
	}
	var c [3]float64
	for i := range c {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("colour %q", hex)
		}
		if c[i] = float64(n) / 255; c[i] <= 0.03928 {
			c[i] /= 12.92
		} else {
			c[i] = math.Pow((c[i]+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}

func TestContrastFormula(t *testing.T) {
	// WCAG: black on white is 21, equal colours 1, #777 on white 4.48.
	for pair, want := range map[[2]string]float64{{"#000", "#fff"}: 21, {"#123456", "#123456"}: 1, {"#777777", "#ffffff"}: 4.48} {
		if got := contrast(t, pair[0], pair[1]); math.Abs(got-want) > 0.005 {
			t.Errorf("contrast%v = %.3f, want %.2f", pair, got, want)
		}
	}
}
