package correlate

import (
	"slices"
	"strings"
)

// sameSerial compares serial numbers in any notation a source prints:
// lower or upper case hex, with colons or blanks, with or without leading
// zeros. An empty serial equals nothing.
func sameSerial(a, b string) bool {
	a, b = normSerial(a), normSerial(b)
	return a != "" && a == b
}

func normSerial(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'f':
			return r
		case r >= 'A' && r <= 'F':
			return r + 'a' - 'A'
		}
		return -1
	}, s)
	return strings.TrimLeft(s, "0")
}

// nearMiss tells that two serials differ in exactly one digit, or that one
// lacks a digit or byte of the other: more likely a slip of the pen than
// another certificate (a published note prints 155041... for 155841...).
func nearMiss(a, b string) bool {
	a, b = normSerial(a), normSerial(b)
	if a == b || len(a) < 6 || len(b) < 6 {
		return false
	}
	if len(a) == len(b) {
		diff := 0
		for i := range len(a) {
			if a[i] != b[i] {
				diff++
			}
		}
		return diff == 1
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	drop := len(a) - len(b)
	if drop > 2 {
		return false
	}
	for i := 0; i+drop <= len(a); i++ {
		if a[:i]+a[i+drop:] == b {
			return true
		}
	}
	return false
}

// normDN brings a distinguished name to the form in which names are compared:
// split at ; , or /, attribute names in upper case, DC parts dropped (CUCM
// does not print them), sorted (OpenSSL's one-line form reverses the order).
func normDN(s string) string {
	sep := ';'
	switch {
	case strings.HasPrefix(s, "/"):
		sep = '/'
	case !strings.ContainsRune(s, ';'):
		sep = ','
	}
	var parts []string
	for _, p := range strings.Split(s, string(sep)) {
		k, v, ok := strings.Cut(strings.TrimSpace(p), "=")
		if !ok {
			if t := strings.TrimSpace(p); t != "" {
				parts = append(parts, t)
			}
			continue
		}
		k = strings.ToUpper(strings.TrimSpace(k))
		if k == "DC" {
			continue
		}
		parts = append(parts, k+"="+strings.Join(strings.Fields(strings.Trim(v, `" `)), " "))
	}
	slices.Sort(parts)
	return strings.Join(parts, ";")
}

func sameDN(a, b string) bool { return normDN(a) == normDN(b) }

// commonName gives the CN of a name in any notation, or "".
func commonName(dn string) string {
	for _, p := range strings.FieldsFunc(dn, func(r rune) bool { return r == ';' || r == ',' || r == '/' }) {
		if k, v, ok := strings.Cut(strings.TrimSpace(p), "="); ok && strings.EqualFold(strings.TrimSpace(k), "CN") {
			return strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return ""
}

// hostOf cuts the port from "ip:port" or "[ip6]:port".
func hostOf(addr string) string {
	if i := strings.LastIndexByte(addr, ':'); i >= 0 {
		h := addr[:i]
		if strings.HasPrefix(h, "[") && strings.HasSuffix(h, "]") {
			return h[1 : len(h)-1]
		}
		if !strings.Contains(h, ":") {
			return h
		}
	}
	return addr
}

// portOf gives the port of "ip:port", or "".
func portOf(addr string) string {
	if i := strings.LastIndexByte(addr, ':'); i >= 0 && hostOf(addr) != addr {
		return addr[i+1:]
	}
	return ""
}

// deviceName brings a device name to its canonical spelling: SEP and twelve
// upper-case hex digits for hardware phones; other names stay as they are.
func deviceName(s string) string {
	s = strings.TrimSpace(s)
	if len(s) == 15 && strings.EqualFold(s[:3], "SEP") && isHex(s[3:]) {
		return strings.ToUpper(s)
	}
	return s
}

func isHex(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return s != ""
}

// macOf gives the MAC address of a SEP name in colon form, or "".
func macOf(name string) string {
	if len(name) != 15 || !strings.HasPrefix(name, "SEP") || !isHex(name[3:]) {
		return ""
	}
	h := strings.ToLower(name[3:])
	return h[0:2] + ":" + h[2:4] + ":" + h[4:6] + ":" + h[6:8] + ":" + h[8:10] + ":" + h[10:12]
}

// fileDevice gives the device that a file name carries (CTLSEP..., ITLSEP...,
// SEP....cnf.xml...), or "" for a name that belongs to nobody.
func fileDevice(file string) string {
	base := file[strings.LastIndexAny(file, `/\`)+1:]
	base = strings.TrimPrefix(strings.TrimPrefix(base, "CTL"), "ITL")
	name, _, _ := strings.Cut(base, ".")
	if d := deviceName(name); macOf(d) != "" {
		return d
	}
	if softDevice(name) {
		return name
	}
	return ""
}

// softDevice knows the names that CUCM gives to clients without a MAC address:
// Jabber for Windows and Mac (CSF), iPhone (TCT), Android (BOT), tablet (TAB).
// Such a name has at most 15 characters (Cisco Jabber deployment guides).
func softDevice(name string) bool {
	if len(name) < 4 || len(name) > 15 {
		return false
	}
	switch strings.ToUpper(name[:3]) {
	case "CSF", "TCT", "BOT", "TAB":
		return true
	}
	return false
}

// fileKind tells what a requested file is to the phone: ctl, itl, config or
// other.
func fileKind(file string) string {
	base := file[strings.LastIndexAny(file, `/\`)+1:]
	low := strings.ToLower(base)
	switch {
	case strings.HasPrefix(low, "ctl") && strings.HasSuffix(low, ".tlv"):
		return "ctl"
	case strings.HasPrefix(low, "itl") && strings.HasSuffix(low, ".tlv"):
		return "itl"
	case strings.Contains(low, ".cnf.xml"):
		return "config"
	}
	return "other"
}

func normFile(s string) string {
	s = strings.ToLower(s[strings.LastIndexAny(s, `/\`)+1:])
	return strings.TrimSuffix(s, ".sgn")
}
