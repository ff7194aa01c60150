package catalogue

import (
	"bytes"
	"testing"
)

// FuzzCatalogueParse: any text is a catalogue or a ParseError, never a panic.
func FuzzCatalogueParse(f *testing.F) {
	f.Add([]byte("event x means `m` match \"abcd {n:int}\" set k `v` sample `abcd 1` from `s`"))
	f.Add([]byte("ignore `r` match \"{a:one(ab|cd)}ef{:rest}\" sample `abef` from `s` # remark\npart p derived `x`"))
	f.Add([]byte("event x match \"a\\\"b\\{c{q:quoted?}d\" sample `a` from `b`"))
	f.Add([]byte("event x match \"{:one()}\""))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("fuzz", text)
		if (c == nil) == (err == nil) {
			t.Fatalf("catalogue %v, error %v", c, err)
		}
		if c != nil {
			c.Check()
		}
	})
}

// FuzzMatch: values are inside the message, and what matches also matches
// with its blanks doubled.
func FuzzMatch(f *testing.F) {
	c, err := Parse("fuzz", []byte(
		"event a match \"verify SUCCESS <{file:file?}>\" match \"Searching TL from {list:one(CTL|ITL)} file\" sample `x` from `s`\n"+
			"event b match \"from {a:ipport?} and {t:text}, end{r:rest}\" match \"num {n:int} hex {h:hex} ip {i:ip} q {q:quoted?}\" sample `x` from `s`"))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		"verifyFile: verify SUCCESS </usr/ram/x.xml>", "EROR:x: Searching TL from ITL file", "-from 10.0.0.1:80 and a b, end of it",
		"num -1 hex 0xAB ip ::1 q 'x'", "10.0.0.1: num 1 hex ab ip 1.2.3.4 q", "A::B - verify success <>", "\x00\xc2\xa0-",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		var m Match
		if !c.Match(msg, &m) {
			return
		}
		for i := range m.Len() {
			k, v := m.At(i)
			if len(v) == 0 || !bytes.Contains(msg, v) {
				t.Fatalf("%s=%q is not in %q", k, v, msg)
			}
		}
		wide := bytes.ReplaceAll(msg, []byte(" "), []byte("  "))
		var w Match
		if !c.Match(wide, &w) || w.Entry != m.Entry {
			t.Fatalf("%q matches, %q does not", msg, wide)
		}
	})
}
