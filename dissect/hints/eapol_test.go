package hints

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestEAPOL(t *testing.T) {
	for name, want := range map[string]*EAPOL{
		"eapol-start":     {Version: 2, Type: "start"},
		"eapol-logoff":    {Version: 2, Type: "logoff"},
		"eapol-identity":  {Version: 2, Type: "eap", Code: "response", ID: 1, Method: "identity", Identity: "CP-8861-SEP001122334455"},
		"eapol-tls-start": {Version: 2, Type: "eap", Code: "request", ID: 2, Method: "tls", TLSStart: true},
		"eapol-tls":       {Version: 2, Type: "eap", Code: "response", ID: 2, Method: "tls", TLS: 5},
		"eapol-nak":       {Version: 2, Type: "eap", Code: "response", ID: 3, Method: "nak", Wanted: []string{"tls", "fast"}},
		"eapol-success":   {Version: 2, Type: "eap", Code: "success", ID: 4},
		"eapol-failure":   {Version: 2, Type: "eap", Code: "failure", ID: 5},
	} {
		e, err := ParseEAPOL(read(t, name))
		if err != nil || !reflect.DeepEqual(e, want) {
			t.Errorf("%s: got\n%+v, %v\nwant\n%+v", name, e, err, want)
		}
	}
}

func TestEAPOLDamage(t *testing.T) {
	b := read(t, "eapol-identity")
	for n := range b {
		e, err := ParseEAPOL(b[:n])
		switch {
		case n < 4:
			fails(t, err, "are no frame")
		case n < 8:
			fails(t, err, "EAP packet of")
		case err != nil || !e.Cut || e.Code != "response" || e.Identity != "":
			t.Errorf("first %d octets: %+v, %v", n, e, err)
		}
	}
	for in, want := range map[string]string{
		"\x00\x00\x00\x00":                 "are no frame",
		"\x02\x00\x00\x04\x01\x01\x00\x03": "hints: eapol: offset 6: EAP length 3",
		"\x02\x00\x00\x04\x01\x01\x00\x09": "hints: eapol: offset 6: EAP packet of 9 octets, 4 left",
	} {
		_, err := ParseEAPOL([]byte(in))
		fails(t, err, want)
	}
	// The challenge of EAP-MD5, a key, an unknown method and code.
	for in, want := range map[string]EAPOL{
		"\x01\x00\x00\x0b\x01\x01\x00\x0b\x04\x06CANARY": {Version: 1, Type: "eap", Code: "request", ID: 1, Method: "md5"},
		"\x01\x03\x00\x06CANARY":                         {Version: 1, Type: "key"},
		"\x01\x00\x00\x05\x02\x01\x00\x05\x63":           {Version: 1, Type: "eap", Code: "response", ID: 1, Method: "99"},
		"\x01\x00\x00\x05\x09\x01\x00\x05\x63":           {Version: 1, Type: "eap", Code: "9", ID: 1},
		"\x01\x00\x00\x06\x02\x01\x00\x06\x0d\x80":       {Version: 1, Type: "eap", Code: "response", ID: 1, Method: "tls"},
		"\x01\x00\x00\x06\x02\x01\x00\x06\x03\x00":       {Version: 1, Type: "eap", Code: "response", ID: 1, Method: "nak"},
		"\x01\x00\x00\x05\x02\x01\x00\x05\x0d":           {Version: 1, Type: "eap", Code: "response", ID: 1, Method: "tls"},
		"\x01\x09\x00\x00":                               {Version: 1, Type: "9"},
	} {
		e, err := ParseEAPOL([]byte(in))
		if err != nil || !reflect.DeepEqual(*e, want) || strings.Contains(fmt.Sprintf("%+v", e), "CANARY") {
			t.Errorf("%q: %+v, %v", in, e, err)
		}
	}
}

func FuzzEAPOL(f *testing.F) {
	for _, n := range []string{"eapol-start", "eapol-identity", "eapol-tls-start", "eapol-tls", "eapol-nak", "eapol-failure"} {
		f.Add(read(f, n))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = slices.Clip(b) // nothing may be read behind the end
		e, err := ParseEAPOL(b)
		if e == nil && err == nil {
			t.Fatal("neither a frame nor an error")
		}
		if e != nil && (len(e.Wanted) > maxAddresses || len(e.Identity) > 3*maxText || e.TLS > len(b)) {
			t.Error("bounds passed")
		}
	})
}
