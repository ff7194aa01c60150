package trustlist

import (
	"sort"
	"strconv"
	"strings"
)

// Functions of the FUNCTION codes. 0, 2 and 4 are measured on a genuine CUCM
// file, 3 and 21 in Cisco TechNote 213407; 1 and 7 are certutils' only.
// ITLRecovery has no code of its own: it is a SAST record.
var functionNames = map[int][]string{
	0:  {"SAST"},
	1:  {"CCM"},
	2:  {"CCM", "TFTP"},
	3:  {"TFTP"},
	4:  {"CAPF"},
	7:  {"APP-SERVER"},
	21: {"TVS"},
}

func functions(code int) []string {
	if names, ok := functionNames[code]; ok {
		return append([]string(nil), names...)
	}
	return []string{strconv.Itoa(code)}
}

// digestName gives the digest algorithm of the codes in header tag 8 and in
// HASH ALGORITHM. 1 is measured; 3 is what certutils writes for SHA-512 and
// phones accept; 2 follows from the order.
func digestName(code int) string {
	switch code {
	case 1:
		return "sha1"
	case 2:
		return "sha256"
	case 3:
		return "sha512"
	}
	return strconv.Itoa(code)
}

// hashName is digestName as `show itl` prints it.
func hashName(code int) string {
	switch s := digestName(code); s {
	case "sha1", "sha256", "sha512":
		return "SHA-" + s[3:]
	default:
		return s
	}
}

// SameName compares two distinguished names as CUCM, certificates, traces and
// OpenSSL print them: components split at ';', ',' or '/', attribute names in
// any case, DC components left out (CUCM drops them), in any order (CUCM
// orders them anew). Two names without any component are not the same.
func SameName(a, b string) bool {
	x := canonical(a)
	return x != "" && x == canonical(b)
}

// canonical brings a name to the form in which SameName compares.
func canonical(s string) string { return strings.Join(components(s), ";") }

func components(s string) []string {
	var out []string
	for _, c := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' || r == '/' }) {
		kind, value, ok := strings.Cut(c, "=")
		kind = strings.ToUpper(strings.TrimSpace(kind))
		if kind == "" || kind == "DC" {
			continue
		}
		if ok {
			kind += "=" + strings.Trim(value, "\" ")
		}
		out = append(out, kind)
	}
	sort.Strings(out)
	return out
}
