package pasted

import "strings"

// NearMiss tells whether two device names are one name of which one was
// written down wrongly: one of them is a name (SEP and twelve hex digits), the
// other is not, and they differ by one digit lost, added, replaced by something
// that is no digit, or exchanged with its neighbour. Two names that are both
// valid are two phones, however alike they look.
//
//	NearMiss("SEP0026CBDA45D", "SEP0026CBBDA45D")  // true: a B was lost
//	NearMiss("SEP0026CBBDA45C", "SEP0026CBBDA45D") // false: two phones
func NearMiss(a, b string) bool {
	a, b = strings.ToUpper(a), strings.ToUpper(b)
	if !strings.HasPrefix(a, "SEP") || !strings.HasPrefix(b, "SEP") || valid(a) == valid(b) {
		return false
	}
	return oneEdit(a[3:], b[3:])
}

// nameDigits is the number of hex digits of a device name.
const nameDigits = 12

func valid(name string) bool {
	if len(name) != 3+nameDigits {
		return false
	}
	for i := 3; i < len(name); i++ {
		if !isHex(name[i]) {
			return false
		}
	}
	return true
}

// oneEdit tells whether one insertion, deletion, replacement or exchange of
// neighbours makes b of a.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		return i < len(a) && (a[i+1:] == b[i+1:] ||
			i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:])
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}

// deviceName finds what is, or was meant as, a device name in a file name or a
// text: SEP and 11 to 13 letters and digits, of which all but one at least are
// hex digits. It gives it in capitals; "" when there is none. Masked names
// (SEPXXXXXXXXXXXX) are none.
func deviceName(s string) string {
	for from := 0; ; {
		i := indexSEP(s[from:])
		if i < 0 {
			return ""
		}
		i += from
		from = i + 3
		end, hex := from, 0
		for end < len(s) && isAlnum(s[end]) {
			if isHex(s[end]) {
				hex++
			}
			end++
		}
		if n := end - from; n >= nameDigits-1 && n <= nameDigits+1 && hex >= n-1 && hex >= nameDigits-1 {
			return strings.ToUpper(s[i:end])
		}
	}
}

func indexSEP(s string) int {
	for i := 0; i+3 <= len(s); i++ {
		if s[i]|0x20 == 's' && s[i+1]|0x20 == 'e' && s[i+2]|0x20 == 'p' {
			return i
		}
	}
	return -1
}
