package gather

import (
	"strings"
	"testing"
)

func TestFacts(t *testing.T) {
	b, err := Facts([]string{"cucm-version=9.1(2)", "SEP0011215A1AE3:itl-md5 = b61910bb01d8d3a1c1b36526cc9f2ddc", "origin:old/ITLFile.tlv=phone", "drs-backup=no",
		"SEP0011215A1AE3:origin:held.tlv=phone", "00:11:21:5a:1a:e3:capture-side:a:b.pcap=server", "origin:x:origin:y=server", "00:11:21:5a:1a:e3:model=7970",
		"ctl-sha1=65:14:69:1C:82:31:FC:41:04:33:5B:4D:85:54:91:B6:F4:57:3A:30", "rebuilt=2014-05-06 10:00:01"})
	if err != nil {
		t.Fatal(err)
	}
	want := [][3]string{
		{"", "cucm-version", "9.1(2)"},
		{"SEP0011215A1AE3", "itl-md5", "b61910bb01d8d3a1c1b36526cc9f2ddc"},
		{"", "origin:old/ITLFile.tlv", "phone"},
		{"", "drs-backup", "no"},
		{"SEP0011215A1AE3", "origin:held.tlv", "phone"},
		{"00:11:21:5a:1a:e3", "capture-side:a:b.pcap", "server"},
		{"", "origin:x:origin:y", "server"},
		{"00:11:21:5a:1a:e3", "model", "7970"},
		{"", "ctl-sha1", "65:14:69:1C:82:31:FC:41:04:33:5B:4D:85:54:91:B6:F4:57:3A:30"},
		{"", "rebuilt", "2014-05-06 10:00:01"},
	}
	for i, f := range b.Facts {
		if got := [3]string{f.Phone, f.Key, f.Value}; got != want[i] {
			t.Errorf("fact %d is %v, want %v", i, got, want[i])
		}
		if f.Place.Input != "--fact" || f.Place.Line != i+1 {
			t.Errorf("fact %d stands at %+v", i, f.Place)
		}
	}
}

func TestFactsRefuse(t *testing.T) {
	for _, l := range []string{"drs-backup", "drs-backup=maybe", "backup=yes", "itl-md5=", "origin:=phone", ":origin:a.tlv=phone", "SEP0011215A1AE3:origin:=phone", "origin:a.tlv=server-ish",
		"itl-sha1=6514", "itl-sha1=b61910bb01d8d3a1c1b36526cc9f2ddc", "ctl-md5=zz", "SEP0011215A1AE3:itl-md5=b61910bb01d8d3a1c1b36526cc9f2ddg", "cucm-version=new", "rebuilt=yesterday", "reset=2014-13-01"} {
		_, err := Facts([]string{l})
		if err == nil || !strings.Contains(err.Error(), `"`+l+`"`) {
			t.Errorf("%q: error %v, want one that quotes it", l, err)
		}
	}
	_, err := Facts([]string{"nonsense=1"})
	if err == nil || !strings.Contains(err.Error(), "cucm-version") || !strings.Contains(err.Error(), "ctl-token") {
		t.Errorf("the error does not list the known keys: %v", err)
	}
}

func TestLooksLikeFacts(t *testing.T) {
	for text, want := range map[string]bool{
		"# from the site\ncucm-version=9.1\n\ndrs-backup=no\n": true,
		"unknown-key=1\ndrs-backup=no\n":                       true,
		"837: NOT 09:13:17.561856 SECD: x=1\n":                 false,
		"":                                                     false,
	} {
		if got := looksLikeFacts([]byte(text)); got != want {
			t.Errorf("looksLikeFacts(%q) = %v", text, got)
		}
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]string{
		"":                         KindEmpty,
		"\xd4\xc3\xb2\xa1\x02\x00": "capture",
		"\x0a\x0d\x0d\x0a\x1c\x00": "capture",
		"\x01\x00\x02\x01\x02\x02\x00\x02\x01\x38\x03\x00\x7f\x04\x00\x37": "list",
		`{"schema":"trustline/evidence/v1","tool":{}}`:                     "evidence",
		"837: NOT 09:13:17.561856 SECD: tlRequestFile\n":                   "text",
		"ReasonInfo : 0\x82\x05\xa70\x82\x04\x8f\n":                        "text",
		"\xff\xfe8\x003\x007\x00":                                          "text",
		strings.Repeat("\x00\x01\x02\x03", 100):                            KindUnknown,
	} {
		if got := sniff([]byte(head)); got != want {
			t.Errorf("sniff(%q) = %s, want %s", head[:min(len(head), 20)], got, want)
		}
	}
}
