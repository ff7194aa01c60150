package config

import "strings"

// parsePlain reads a configuration as CUCM writes nearly all: ASCII, elements
// with attributes in double quotes, text without references, everything closed.
// It gives what parseAny gives, several times as fast: every phone has a file
// of its own. What is anything else gives nil, and is for parseAny to read.
func parsePlain(s string) *Config {
	r := plain{s: s, p: newParser()}
	if !r.prolog() {
		return nil
	}
	for r.at < len(s) {
		text, ok := r.text()
		if !ok {
			return nil
		}
		if r.at == len(s) { // text behind the last element
			break
		}
		if !r.tag(text) {
			return nil
		}
	}
	if !r.p.any || len(r.p.path) > 0 {
		return nil
	}
	r.p.finish()
	r.p.c.detach()
	return r.p.c
}

type plain struct {
	s  string
	at int
	p  *parser
}

// The classes of characters that are told apart here.
const (
	inName = 1 << iota // of a name, behind its first
	inText             // of text and of an attribute's value
	blank
)

var classes = func() (c [256]uint8) {
	for i := range 128 {
		b := byte(i)
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("_-.:", b) >= 0 {
			c[i] |= inName
		}
		if b == '\t' || b == '\n' || b >= ' ' && b < 0x7f && strings.IndexByte("<>&\"", b) < 0 {
			c[i] |= inText
		}
		if b == ' ' || b == '\t' || b == '\n' {
			c[i] |= blank
		}
	}
	return c
}()

// run passes over characters of a class.
func (r *plain) run(class uint8) string {
	from := r.at
	for r.at < len(r.s) && classes[r.s[r.at]]&class != 0 {
		r.at++
	}
	return r.s[from:r.at]
}

func (r *plain) skip(c byte) bool {
	if r.at < len(r.s) && r.s[r.at] == c {
		r.at++
		return true
	}
	return false
}

// prolog passes over the XML declaration in the two forms that are met.
func (r *plain) prolog() bool {
	if !strings.HasPrefix(r.s, "<?") {
		return true
	}
	for _, known := range []string{`<?xml version="1.0" encoding="UTF-8"?>`, `<?xml version="1.0"?>`} {
		if strings.HasPrefix(r.s, known) {
			r.at = len(known)
			return true
		}
	}
	return false
}

// text passes over what stands before a tag or at the end; a quotation mark may
// stand in it.
func (r *plain) text() (string, bool) {
	from := r.at
	for r.run(inText); r.skip('"'); r.run(inText) {
	}
	return r.s[from:r.at], r.at == len(r.s) || r.s[r.at] == '<'
}

// tag passes over a tag. text stood before it.
func (r *plain) tag(text string) bool {
	r.at++
	if r.skip('/') {
		name, ok := r.name()
		r.run(blank)
		if !ok || !r.skip('>') {
			return false
		}
		if len(text) > maxText {
			text = ""
		}
		r.p.close(name, strings.TrimSpace(text))
		return true
	}
	name, ok := r.name()
	if !ok || len(r.p.path) >= maxDepth {
		return false
	}
	r.p.start(name)
	for {
		r.run(blank)
		switch {
		case r.skip('>'):
			return true
		case r.skip('/'):
			if !r.skip('>') {
				return false
			}
			r.p.close(name, "")
			return true
		}
		if !r.attribute() {
			return false
		}
	}
}

func (r *plain) attribute() bool {
	name, ok := r.name()
	if !ok || !r.skip('=') || !r.skip('"') {
		return false
	}
	value := r.run(inText)
	if !r.skip('"') {
		return false
	}
	r.p.attribute(name, value)
	return true
}

// name reads a name and gives it without its prefix.
func (r *plain) name() (string, bool) {
	s := r.run(inName)
	if s == "" || s[0] != '_' && (s[0]|0x20 < 'a' || s[0]|0x20 > 'z') {
		return "", false
	}
	prefix, local, found := strings.Cut(s, ":")
	if !found {
		return s, true
	}
	return local, prefix != "" && local != "" && !strings.Contains(local, ":")
}

// detach copies what is kept, so that it does not hold the whole file.
func (c *Config) detach() {
	for _, s := range []*string{&c.Protocol, &c.VersionStamp, &c.Load, &c.Security, &c.Transport, &c.CAPFAuthMode, &c.CertHash,
		&c.Encrypted, &c.Full, &c.VPNHashAlg, &c.Settings} {
		*s = strings.Clone(*s)
	}
	for _, list := range [][]string{c.TFTP, c.VPNGateways, c.VPNHashes} {
		for i := range list {
			list[i] = strings.Clone(list[i])
		}
	}
	for _, list := range [][]Server{c.CallManagers, c.TVS, c.CAPF} {
		for i := range list {
			s := &list[i]
			s.Node, s.Name, s.Port = strings.Clone(s.Node), strings.Clone(s.Name), strings.Clone(s.Port)
		}
	}
	urls := make(map[string]string, len(c.URLs))
	for k, v := range c.URLs {
		urls[strings.Clone(k)] = strings.Clone(v)
	}
	c.URLs = urls
}
