package lines

import "strings"

// HostPort splits "ip:port", "[ip6]:port", "ip~port" and "ip"; an IPv4 address
// mapped into IPv6 ("::ffff:192.0.2.1") becomes IPv4.
func HostPort(s string) (host, port string) {
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 0 {
			return Plainer(s[1:i]), strings.TrimPrefix(s[i+1:], ":")
		}
	}
	if i := strings.IndexByte(s, '~'); i >= 0 {
		return Plainer(s[:i]), s[i+1:]
	}
	s = Plainer(s)
	if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.IndexByte(s, ':') == i {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// Plainer takes the "::ffff:" off an IPv4 address.
func Plainer(s string) string {
	if len(s) > 7 && strings.EqualFold(s[:7], "::ffff:") && strings.IndexByte(s, '.') > 0 {
		return s[7:]
	}
	return s
}

// Join is "ip:port", for IPv6 "[ip]:port".
func Join(host, port string) string {
	if strings.IndexByte(host, ':') >= 0 {
		return "[" + host + "]:" + port
	}
	return host + ":" + port
}

// Device finds a device name (SEP and twelve hex digits) in s and gives it in
// capitals; "" when there is none.
func Device(s string) string {
	for from := 0; ; {
		i := indexSEP(s[from:])
		if i < 0 {
			return ""
		}
		i += from
		from = i + 3
		end := from
		for end < len(s) && isHex(s[end]) {
			end++
		}
		if end-from == 12 && (end == len(s) || !isWord(s[end])) {
			return strings.ToUpper(s[i:end])
		}
	}
}

func indexSEP(s string) int {
	for i := 0; i+15 <= len(s); i++ {
		if s[i]|0x20 == 's' && s[i+1]|0x20 == 'e' && s[i+2]|0x20 == 'p' {
			return i
		}
	}
	return -1
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

func isWord(b byte) bool { return isHex(b) || b >= 'g' && b <= 'z' || b >= 'G' && b <= 'Z' }
