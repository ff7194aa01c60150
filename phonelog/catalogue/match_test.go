package catalogue

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, msg string
		want         string // name=value, blank between; "-" for no match
	}{
		// Blanks count as one, and not at all beside marks.
		{"TL file updated", "TL file updated", ""},
		{"TL file updated", "TL   file\tupdated", ""},
		{"TL file updated", "TL\u00a0file updated .. .", ""},
		{"TL file updated", "TLfile updated", "-"},
		{"TL file updated", "TL file updated now", "-"},
		{"MsgType : {t:word}", "MsgType               : X", "t=X"},
		{"MsgType : {t:word}", "MsgType:X", "t=X"},
		{"x - Certificate found", "x -Certificate found", ""},
		{"error: {n:int})- {t:text} for", "error: 20 )- unable to for", "n=20 t=unable to"},
		// Either case.
		{"Trust List Updated", "Trust list updated", ""},
		// Types.
		{"size {n:int}", "size -12", "n=-12"},
		{"size {n:int}", "size x", "-"},
		{"size {n:int?} end", "size end", ""},
		{"addr {h:hex}", "addr 0xBB69.", "h=0xBB69"},
		{"from {a:ip} on", "from 10.1.2.3 on", "a=10.1.2.3"},
		{"from {a:ip} on", "from ::ffff:10.1.2.3 on", "a=::ffff:10.1.2.3"},
		{"from {a:ip} on", "from 2001:db8::1 on", "a=2001:db8::1"},
		{"from {a:ip} on", "from xx.xx.xx.xx on", "a=xx.xx.xx.xx"},
		{"from {a:ip} on", "from on", "-"},
		{"from {a:ip?} on", "from on", ""},
		{"server <{a:ipport?}>", "server <10.1.2.3:8443>", "a=10.1.2.3:8443"},
		{"server <{a:ipport?}>", "server <[2001:db8::1]:8443>", "a=[2001:db8::1]:8443"},
		{"server <{a:ipport?}>", "server <>", ""},
		{"<{a:ip}>: failed", "<192.168.136.6>: failed", "a=192.168.136.6"},
		{"file {f:file}, next", "file a b, next", "-"},
		{"file {f:file}, next", "file a.tlv, next", "f=a.tlv"},
		{"name {d:name} and Length", "name CN=a b;C=US and Length", "d=CN=a b;C=US"},
		{"tail {r:rest}", "tail", ""},
		{"tail {r:rest}", "tail a b ", "r=a b"},
		{"says {q:quoted}", `says "a b"`, "q=a b"},
		{"says {q:quoted}", "says <a b>", "q=a b"},
		{"says {q:quoted}", "says a", "-"},
		{"from {l:one(CTL|CTL file|ITL)}", "from CTL file", "l=CTL file"},
		{"{l:one(DBCache|CTLCache)}::get", "ctlcache::get", "l=ctlcache"},
		{`with \{role : {r:int}\}`, "with {role : 3}", "r=3"},
		{"HTTP/{v:word} {n:int}", "HTTP/1.1 200", "v=1.1 n=200"},
		// Prefixes.
		{"SSL3 alert", "-SSL3 alert", ""},
		{"SSL3 alert", "EROR:clpState: SSL3 alert", ""},
		{"SSL3 alert", "ERROR:X::Y - SSL3 alert", ""},
		{"SSL3 alert", "X::Y SSL3 alert", ""},
		{"SSL3 alert", "X::~Y() - SSL3 alert", ""},
		{"SSL3 alert", "10.1.2.3: SSL3 alert", ""},
		{"SSL3 alert", "a: b: SSL3 alert", ""},
		{"SSL3 alert", "a: b: c: SSL3 alert", "-"},
		{"SSL3 alert", "some words SSL3 alert", "-"},
		{"clpState: SSL3", "EROR:clpState: SSL3", ""},
	}
	for _, tt := range tests {
		c := one(t, tt.pattern)
		var m Match
		got := "-"
		if c.Match([]byte(tt.msg), &m) {
			var parts []string
			for i := range m.Len() {
				k, v := m.At(i)
				parts = append(parts, k+"="+string(v))
			}
			got = strings.Join(parts, " ")
		}
		if got != tt.want {
			t.Errorf("%q on %q: got %q, want %q", tt.pattern, tt.msg, got, tt.want)
		}
	}
}

func TestMatchPrefixValues(t *testing.T) {
	c := one(t, "SSL3 alert")
	var m Match
	if !c.Match([]byte("EROR:clpState: SSL3 alert"), &m) || string(m.Func) != "clpState" || m.Addr != nil {
		t.Errorf("func %q addr %q", m.Func, m.Addr)
	}
	if !c.Match([]byte("14.48.44.202: SSL3 alert"), &m) || string(m.Addr) != "14.48.44.202" || m.Func != nil {
		t.Errorf("func %q addr %q", m.Func, m.Addr)
	}
	if !c.Match([]byte("SSL3 alert"), &m) || m.Func != nil || m.Addr != nil {
		t.Errorf("func %q addr %q", m.Func, m.Addr)
	}
}

// The entry with more letters of its own wins, wherever it is written.
func TestSurestWins(t *testing.T) {
	c, err := Parse("t.tl", []byte("event loose match \"port {:text}\" sample `port x` from `s`\n"+
		"event strict match \"port {:int} is closed\" sample `port 1 is closed` from `s`"))
	if err != nil {
		t.Fatal(err)
	}
	var m Match
	if !c.Match([]byte("port 2445 is closed"), &m) || m.Entry.Event != "strict" {
		t.Errorf("got %q", m.Entry.Event)
	}
	both := Join("both", c, one(t, "port {:int} is closed"))
	if !both.Match([]byte("port 2445 is closed"), &m) || m.Entry.Event != "strict" {
		t.Errorf("joined: got %q", m.Entry.Event)
	}
	if len(both.Entries()) != 3 {
		t.Errorf("%d entries", len(both.Entries()))
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	c := one(t, "verify SUCCESS <{file:file}>", "Searching TL from {list:one(CTL|ITL)} file", "from {a:ipport?} and {t:text}, end")
	var m Match
	for _, s := range []string{
		"verifyFile: verify SUCCESS </usr/ram/x.xml>", "x: Searching TL from ITL file", "from 10.0.0.1:80 and a b, end",
		"verify SUCCES", "something quite different", "", "-", "EROR:", "a::", strings.Repeat("from ", 1000),
	} {
		msg := []byte(s)
		if n := testing.AllocsPerRun(20, func() { c.Match(msg, &m) }); n != 0 {
			t.Errorf("%.40q: %v allocations", s, n)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	c, err := Parse("t.tl", []byte("event a match \"File sign verify SUCCESS; header length <{n:int}>\" sample `x` from `s`"))
	if err != nil {
		b.Fatal(err)
	}
	for name, s := range map[string]string{
		"hit":  "validate_file_envelope: File sign verify SUCCESS; header length <296>",
		"miss": "clpSetupSsl: TCP connect() waiting, <14.48.44.80> c:8 s:9 port: 8443",
	} {
		msg := []byte(s)
		b.Run(name, func(b *testing.B) {
			var m Match
			b.ReportAllocs()
			b.SetBytes(int64(len(msg)))
			for b.Loop() {
				c.Match(msg, &m)
			}
		})
	}
}
