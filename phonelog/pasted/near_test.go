package pasted

import (
	"fmt"
	"strings"
	"testing"
)

func TestNearMiss(t *testing.T) {
	const name = "SEP0026CBBDA45D"
	for _, tt := range []struct {
		a    string
		want bool
	}{
		{"SEP0026CBDA45D", true},   // the webcast of 3 April 2012: a B lost
		{"sep0026cbda45d", true},   // in another case
		{"SEP00026CBBDA45D", true}, // one added
		{"SEPO026CBBDA45D", true},  // a letter O for a nought
		{"SEP0026CBBDA4D", true},   // another one lost
		{"SEP0026CBBDA4X5D", true}, // a letter added
		{name, false},              // the same
		{"SEP0026CBBDA45C", false}, // another phone
		{"SEP0026CBBDA4D5", false}, // another phone: two exchanged
		{"SEP026CBDA45D", false},   // two lost
		{"SEP0026DBDA45D", false},  // one lost, one changed
		{"0026CBDA45D", false},     // no name
		{"SEPXXXXXXXXXXXX", false}, // masked
		{"", false},
	} {
		if got := NearMiss(tt.a, name); got != tt.want {
			t.Errorf("%q: %t, want %t", tt.a, got, tt.want)
		}
		if NearMiss(name, tt.a) != tt.want {
			t.Errorf("%q: not symmetric", tt.a)
		}
	}
	if NearMiss("SEP0026CBDA45D", "SEP0026CBDA45") {
		t.Error("two wrong names")
	}
}

func TestDeviceName(t *testing.T) {
	for s, want := range map[string]string{
		"CTLSEP0026CBDA45D.tlv": "SEP0026CBDA45D", "ITLSEP0011215A1AE3.tlv": "SEP0011215A1AE3", "sep0011215a1ae3.cnf.xml.sgn": "SEP0011215A1AE3",
		"SEPO026CBBDA45D.cnf.xml": "SEPO026CBBDA45D", "SEPXXXXXXXXXXXX.cnf.xml": "", "CTLFile.tlv": "", "SEParator": "", "SEP<MAC>.cnf.xml": "", "": "",
	} {
		if got := deviceName(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func row1(no int, file string) string {
	return fmt.Sprintf("%d 0.5 192.0.2.9 192.0.2.1 TFTP 73 Read Request, File: %s, Transfer type: octet\n", no, file)
}

func TestNearMissInAText(t *testing.T) {
	// The right name above the wrong one.
	events, sum := scan(t, row1(1, "SEP0026CBBDA45D.cnf.xml.sgn")+row1(2, "CTLSEP0026CBDA45D.tlv"))
	if e := events[1]; e.Detail["near_miss_of"] != "SEP0026CBBDA45D" || e.Phone != "SEP0026CBBDA45D" || sum.Phone != "SEP0026CBBDA45D" {
		t.Errorf("%+v, %q", e, sum.Phone)
	}
	// Two phones could be meant: none is.
	events, _ = scan(t, row1(1, "CTLSEP0026CBDA45D.tlv")+row1(2, "SEP0026CBBDA45D.cnf.xml")+row1(3, "SEP0026CBDA45D0.cnf.xml"))
	if e := events[0]; e.Detail["near_miss_of"] != "" || e.Phone != "" || e.Detail["device"] != "SEP0026CBDA45D" {
		t.Errorf("%+v", e)
	}
	// Alone it is said, and means no phone.
	events, sum = scan(t, row1(1, "CTLSEP0026CBDA45D.tlv"))
	if e := events[0]; e.Detail["device"] != "SEP0026CBDA45D" || e.Phone != "" || sum.Phone != "" {
		t.Errorf("%+v", e)
	}
}

// More events than can wait: they are handed out, in order, and it is said.
func TestHeldEvents(t *testing.T) {
	var b strings.Builder
	b.WriteString(row1(1, "CTLSEP0026CBDA45D.tlv"))
	for i := range maxHeld + 10 {
		b.WriteString(row1(i+2, "ITLFile.tlv"))
	}
	events, sum := scan(t, b.String())
	if len(events) != maxHeld+11 || len(sum.Problems) != 1 {
		t.Fatalf("%d events, %v", len(events), sum.Problems)
	}
	for i, e := range events {
		if e.Line != i+1 {
			t.Fatalf("event %d is of line %d", i, e.Line)
		}
	}
}
