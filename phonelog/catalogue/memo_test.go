package catalogue

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// tvs is a catalogue in use.
func tvs(t testing.TB) *Catalogue {
	t.Helper()
	c, err := ParseAll(os.DirFS("../../tvstrace"), "messages", "tvs.tl", "ctftp.tl")
	if err != nil {
		t.Fatal(err)
	}
	return Join("tvs", c...)
}

// told is all that a match tells.
func told(ok bool, m *Match) string {
	if !ok {
		return fmt.Sprint("nothing ", m.Entry == nil)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d %q %q", m.Entry.File, m.Entry.Line, m.Func, m.Addr)
	for i := range m.Len() {
		k, v := m.At(i)
		fmt.Fprintf(&b, " %s=%q %q", k, v, m.Get(k))
	}
	return b.String()
}

// A memo gives what its catalogue gives: at first, again, after other messages
// took the places, and when the bytes of an earlier message were overwritten.
func TestMemo(t *testing.T) {
	c := tvs(t)
	x := NewMemo(c)
	var all []string
	for _, e := range c.Entries() {
		for _, s := range e.Samples {
			all = append(all, s, "- "+s, "10.1.1.1: "+s, "EROR:"+s, "someFunction: "+s, s+" and more", s[:len(s)/2], s+strings.Repeat(" ", maxRemembered))
		}
	}
	all = append(all, "", " ", "nobody knows this")
	buffer := make([]byte, 0, 64<<10)
	for range 3 {
		for _, s := range all {
			var want, got Match
			ok := c.Match([]byte(s), &want)
			buffer = append(buffer[:0], s...)
			if a, b := told(x.Match(buffer, &got), &got), told(ok, &want); a != b {
				t.Fatalf("%q: %s, want %s", s, a, b)
			}
		}
	}
	if len(all) < memoSlots {
		t.Errorf("%d messages do not fill the memo", len(all))
	}
	var m Match
	msg := []byte("TLS HS Done for ph_conn")
	x.Match(msg, &m)
	if n := testing.AllocsPerRun(10, func() { x.Match(msg, &m) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzMemo(f *testing.F) {
	c := tvs(f)
	x := NewMemo(c)
	f.Add("ipAddrStr (Phone) 10.106.111.121")
	f.Add("14.48.44.202: tvsSSLHandShake Session ciphers - AES256-SHA")
	f.Fuzz(func(t *testing.T, s string) {
		var want, got Match
		ok := c.Match([]byte(s), &want)
		for range 2 {
			if a, b := told(x.Match([]byte(s), &got), &got), told(ok, &want); a != b {
				t.Fatalf("%q: %s, want %s", s, a, b)
			}
		}
	})
}

// BenchmarkMemo tells what a memo saves of a message that is repeated.
func BenchmarkMemo(b *testing.B) {
	c := tvs(b)
	x := NewMemo(c)
	msg := []byte("CertificateDBCache::getCertificateInformation - Looking up the certificate cache using Unique MAP ID : 24000000179479B8F124AC3F3B000000000017CN=ucm11pub;OU=IST;O=Stormin")
	for name, match := range map[string]func([]byte, *Match) bool{"catalogue": c.Match, "memo": x.Match} {
		b.Run(name, func(b *testing.B) {
			var m Match
			for b.Loop() {
				if !match(msg, &m) {
					b.Fatal("no match")
				}
			}
		})
	}
}
