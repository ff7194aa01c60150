package secret

import (
	"fmt"
	"regexp"
	"strings"
)

// Mask stands in place of a secret.
const Mask = "[secret]"

// The patterns. In each, the groups named x are the secrets.
//
// A value without quotes ends at a sign that separates, or before the next name
// with a sign behind it: a password may hold blanks, so what follows one in
// prose goes with it.
var patterns = []*regexp.Regexp{
	// <sshPassword>value</sshPassword>, also cut short
	regexp.MustCompile(`(?is)<(?:\w+:)?` + name + `(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?(?P<x>[^<]+)`),
	// password="value", "password": "value", password [value], authString <value>, setPassword(value)
	regexp.MustCompile(`(?i)` + name + `["']?\s*(?:[=:]+>?|\bis\b)?\s*(?:"(?P<x>[^"\n]+)"?|'(?P<x>[^'\n]+)'?|\[(?P<x>[^\]\n]+)\]?|<(?P<x>[^<>\n]+)>|\((?P<x>[^()\n]+)\))`),
	// password=value other=..., Password: value, authString is value
	regexp.MustCompile(`(?i)` + name + `["']?\s*(?:[=:]+>?|\bis\b)\s*(?P<x>[^\s"'\[<,;&|)}\]][^\n,;&|<>"')}\]]*?)(?:[\n,;&|<>"')}\]]|\s+[\w.-]+\s*[=:]|$)`),
	// username admin password 7 094F471A; in prose only what no word is
	regexp.MustCompile(`(?i)` + name + `\s+(?:[0-9]\s+)?(?P<x>` + noWord + `)`),
	// password of user admin: 094F471A
	regexp.MustCompile(`(?i)` + name + `(?:\s+[\w.@-]+){0,4}\s+[A-Za-z][\w.@-]*\s*[=:]\s*(?P<x>` + noWord + `)`),
	regexp.MustCompile(`(?i)\bpin\s*(?:[=:]|\bis\b)\s*(?P<x>\d{3,})`),
	// RFC 6265: whoever shows the cookie is taken for the user
	regexp.MustCompile(`(?i)cookie["']?\s*[=:]\s*(?P<x>[^\r\n]+)`),
	// RFC 9110 section 11.6.2, RFC 3261 section 22
	regexp.MustCompile(`(?i)authorization["']?\s*[=:]\s*(?P<x>[^\r\n]+)`),
	regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://[^\s/@:"'<>]*:(?P<x>[^\s/"'<>]*)@`),
	regexp.MustCompile(`(?i)\bsips?:[^\s@:;"'<>]+:(?P<x>[^\s@"'<>]+)@`),
	// NSS key log format, and the same of OpenSSL's s_client
	regexp.MustCompile(`(?i)\b(?:\w*CLIENT_RANDOM|\w*SECRET(?:_\w+)?|RSA|ECH_CONFIG)\s+[0-9a-f]{16,}\s+(?P<x>\S{8,})`),
	regexp.MustCompile(`(?i)\bmaster[- _]?(?:key|secret)\s*[:=]?\s*(?P<x>[0-9a-f]{16,})`),
	// a private key in one piece, or as far as it goes
	regexp.MustCompile(`(?is)-----BEGIN [a-z0-9 ]*PRIVATE KEY[a-z ]*-----\s*(?P<x>.+?)\s*(?:-----END|$)`),
}

// noWord is a value of four characters or more with something else in it than
// letters and the marks of a sentence: a single word behind the name of a secret
// may as well go on with the sentence.
const noWord = `(?:[^\s"'=:<>\[\]]{0,64}[^\sA-Za-z"'=:<>\[\](),.;][^\s"'<>]{3,}|[^\s"'=:<>\[\]]{1,64}[^\sA-Za-z"'=:<>\[\](),.;][^\s"'<>]{2}|[^\s"'=:<>\[\]]{2,64}[^\sA-Za-z"'=:<>\[\](),.;][^\s"'<>]|[^\s"'=:<>\[\]]{3,64}[^\sA-Za-z"'=:<>\[\](),.;])`

// name is what a secret is called: in configuration files of phones
// (sshPassword, adminPassword, phonePassword, sshUserId), in traces, in CLI output.
const name = `[\w.-]*(?:passw(?:or)?d|passphrase|passcode|\bpwd|_pwd|auth(?:entication)?[ _-]?str(?:ing)?\b|sshuserid|pre-?shared[ _-]?key|\bpsk|shared[ _-]?secret|client[ _-]?secret|\bsecret|digest[ _-]?credentials|private[ _-]?key\b)[\w.-]*`

// Text gives a text without its secrets. Almost every text has none and comes
// back as it is, without a copy.
func Text(s string) string {
	if !suspicious(s) {
		return body(s)
	}
	for _, p := range patterns {
		s = maskAll(s, p)
	}
	return body(s)
}

// maskAll replaces the secrets that one pattern finds.
func maskAll(s string, p *regexp.Regexp) string {
	found := p.FindAllStringSubmatchIndex(s, -1)
	if found == nil {
		return s
	}
	var b strings.Builder
	at := 0
	for _, m := range found {
		for g := 1; g < len(m)/2; g++ {
			from, to := m[2*g], m[2*g+1]
			if from < at || from == to || plain(s[from:to]) || masked(s, from, to) {
				continue
			}
			b.WriteString(s[at:from])
			b.WriteString(Mask)
			at = to
		}
	}
	b.WriteString(s[at:])
	return b.String()
}

// secrets are the values that Text takes out of a text.
func secrets(s string) []string {
	if !suspicious(s) {
		return nil
	}
	var out []string
	for _, p := range patterns {
		for _, m := range p.FindAllStringSubmatchIndex(s, -1) {
			for g := 1; g < len(m)/2; g++ {
				if from, to := m[2*g], m[2*g+1]; from >= 0 && from < to && !plain(s[from:to]) && !masked(s, from, to) {
					out = append(out, s[from:to])
				}
			}
		}
	}
	return out
}

// secretName tells that a name is that of a secret.
var secretName = regexp.MustCompile(`(?i)^` + name + `$`)

// masked tells that a value was taken out before.
func masked(s string, from, to int) bool {
	return strings.Trim(s[from:to], " []") == strings.Trim(Mask, "[]") && strings.Contains(s[max(0, from-1):min(len(s), to+1)], Mask)
}

// plain tells of a value that it is no secret: one that was masked before, by
// whoever wrote the log, or the outcome of a check.
func plain(s string) bool {
	s = strings.TrimSpace(s)
	if strings.Trim(s, "*xX.-") == "" {
		return true
	}
	switch strings.ToLower(s) {
	case "null", "(null)", "none", "true", "false", "yes", "no", "ok", "mismatch", "invalid", "valid", "expired", "changed", "required", "failed", "not set", "unset":
		return true
	}
	return false
}

// stems are what suspicious looks for, by their first letter in lower case.
var stems = [256][]string{
	'a': {"authorization"},
	'p': {"passw", "passphrase", "passcode", "pwd", "psk", "pin", "preshared", "pre-shared", "private"},
	's': {"secret", "sshuserid", "sip:", "sips:"},
	'c': {"client_random", "cookie"},
	'm': {"master"},
	'd': {"digest"},
	'r': {"rsa "},
	'e': {"ech_config"},
	':': {"://"},
}

// pairs are the first two letters of all stems, in either case: few places of a
// text have one.
var pairs = func() (t [1 << 16]bool) {
	add := func(stem string) {
		for _, a := range [...]string{strings.ToLower(stem[:1]), strings.ToUpper(stem[:1])} {
			for _, b := range [...]string{strings.ToLower(stem[1:2]), strings.ToUpper(stem[1:2])} {
				t[uint16(a[0])<<8|uint16(b[0])] = true
			}
		}
	}
	for _, list := range stems {
		for _, stem := range list {
			add(stem)
		}
	}
	add("authstr") // see authString
	return t
}()

// suspicious is the quick look that every text gets.
func suspicious(s string) bool {
	for i := range max(0, len(s)-1) {
		if !pairs[uint16(s[i])<<8|uint16(s[i+1])] {
			continue
		}
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		for _, stem := range stems[c] {
			if folded(s[i:], stem) {
				return true
			}
		}
		if c == 'a' && authString(s[i:]) {
			return true
		}
	}
	return false
}

// folded tells that s begins with a stem in lower case.
func folded(s, stem string) bool {
	return len(s) >= len(stem) && strings.EqualFold(s[:len(stem)], stem)
}

// authString tells that s begins as the name of an authentication string does.
func authString(s string) bool {
	if !folded(s, "auth") {
		return false
	}
	s = s[4:]
	if folded(s, "entication") {
		s = s[10:]
	}
	if s != "" && strings.ContainsRune(" _-", rune(s[0])) {
		s = s[1:]
	}
	return folded(s, "str")
}

// leastBody is the length from which a line of Base64 alone is taken for the
// body of a key that somebody cut out: PEM writes 64 characters a line.
const leastBody = 40

// body hides text that is nothing but a line of Base64. Hashes are hexadecimal
// and stay.
func body(s string) string {
	if len(s) < leastBody || strings.ContainsAny(s[:leastBody], " \t:.-<[(") {
		return s
	}
	t := strings.TrimSpace(s)
	hex, lower, upper := true, false, false
	for i := range len(t) {
		switch c := t[i]; {
		case c >= '0' && c <= '9':
		case c >= 'a' && c <= 'z':
			lower = true
			hex = hex && c <= 'f'
		case c >= 'A' && c <= 'Z':
			upper = true
			hex = hex && c <= 'F'
		case c == '+', c == '/', c == '=':
			hex = false
		default:
			return s
		}
	}
	if hex || !lower || !upper {
		return s
	}
	return fmt.Sprintf("[%d characters of Base64]", len(t))
}
