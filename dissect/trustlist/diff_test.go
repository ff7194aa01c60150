package trustlist

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	keys := signers(t)
	k1, k2, k3 := keys["1024"], keys["2048"], keys["512"]
	build := func(l list, records ...[]byte) *File {
		l.key, l.digest, l.modulus, l.filename = k1, 1, 1, "ITLFile.tlv"
		if l.serial == nil {
			l.serial = []byte{1}
		}
		l.body = bytes.Join(records, nil)
		b, _, _ := l.build()
		return parse(t, b)
	}
	sast := entry(false, 0, k1, "cucm", []byte{1})
	ccm := entry(false, 2, k1, "cucm", []byte{1})
	tvs := entry(false, 21, k2, "tvs", []byte{2})
	capf := entry(false, 4, k2, "capf", []byte{3})
	old := build(list{}, sast, ccm, tvs, capf)
	emptied := record(tv(2, nul("cucm")), tv(4, []byte{0, 2}), tv(10, []byte{10, 1, 2, 3}))
	byHash := record(tv(2, nul("tvs")), tv(3, nul("CN=tvs")), tv(4, []byte{0, 21}), tv(5, nul("CN=tvs")), tv(6, []byte{2}), tv(7, k2.publicKey()), tv(11, sum(1, certificate(k2, "tvs", []byte{2}))), tv(12, []byte{1}))
	for _, c := range []struct {
		name string
		new  *File
		want []Change
	}{
		{"the same", build(list{}, sast, ccm, tvs, capf), nil},
		{"other order", build(list{}, capf, tvs, ccm, sast), nil},
		{"one gone, one new", build(list{}, sast, ccm, capf, entry(false, 21, k3, "tvs2", []byte{9})), []Change{
			{ChangeGone, 3, 0, "record 3 is gone: TVS CN=tvs, serial 02"},
			{ChangeAdded, 0, 4, "record 4 is new: TVS CN=tvs2, serial 09"},
		}},
		{"regenerated with a new key", build(list{}, sast, ccm, entry(false, 21, k3, "tvs", []byte{9}), capf), []Change{
			{ChangeNewKey, 3, 3, "record 3 (TVS CN=tvs, serial 09) has a new certificate with a new key, RSA 512 in place of RSA 2048: serial 02 became 09"},
		}},
		{"renewed with the old key", build(list{}, sast, ccm, entry(false, 21, k2, "tvs", []byte{9}), capf), []Change{
			{ChangeNewCertificate, 3, 3, "record 3 (TVS CN=tvs, serial 09) has a new certificate with the same key: serial 02 became 09"},
		}},
		{"new key under the old serial", build(list{}, sast, ccm, entry(false, 21, k3, "tvs", []byte{2}), capf), []Change{
			{ChangeNewKey, 3, 3, "record 3 (TVS CN=tvs, serial 02) has a new certificate with a new key, RSA 512 in place of RSA 2048: the serial is still 02"},
		}},
		{"emptied", build(list{}, sast, emptied, tvs, capf), []Change{
			{ChangeRecord, 2, 2, fmt.Sprintf("record 2 (CCM+TFTP cucm): serial 01 went, certificate of %d bytes went", len(certificate(k1, "cucm", []byte{1})))},
		}},
		{"by hash", build(list{}, sast, ccm, byHash, capf), []Change{
			{ChangeRecord, 3, 3, fmt.Sprintf("record 3 (TVS CN=tvs, serial 02): certificate of %d bytes became by hash", len(certificate(k2, "tvs", []byte{2})))},
		}},
		{"another signer of the same name", build(list{serial: []byte{8}, version: []byte{1, 3}, certutils: true}, sast, ccm, tvs, capf), []Change{
			{ChangeHeader, 0, 0, "version changed from 1.2 to 1.3"},
			{ChangeSigner, 0, 0, "signer CN=signer has a new certificate: serial 01 became 08"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Diff(old, c.new)
			if len(got) != len(c.want) {
				t.Fatalf("%d changes, want %d: %+v", len(got), len(c.want), got)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("got  %+v\nwant %+v", got[i], c.want[i])
				}
			}
		})
	}

	// A listing of a list is not different from the list.
	f := parse(t, genuine(t))
	if got := Diff(f, one(t, ParseListings([]byte(printed(t, f))))); len(got) > 0 {
		t.Errorf("listing and file: %+v", got)
	}
	// Two lists of one cluster.
	got := Diff(one(t, listings(t, "doc18834-show-ctl.txt")), one(t, listings(t, "118892-show-ctl-2.txt")))
	var kinds []string
	for _, c := range got {
		kinds = append(kinds, c.Kind)
	}
	if s := strings.Join(kinds, " "); s != "signer gone gone gone gone added added added added added" {
		t.Errorf("changes %q: %+v", s, got)
	}
}

// A record without a host holds a single blank; its listing shows nothing.
// That is no difference.
func TestDiffBlankHost(t *testing.T) {
	a := &File{Kind: KindITL, Records: []Record{{Number: 1, Functions: []string{"TVS"}, Subject: "CN=a", Serial: "01", DNSName: " "}}}
	b := &File{Kind: KindITL, Records: []Record{{Number: 1, Functions: []string{"TVS"}, Subject: "CN=a", Serial: "01"}}}
	if d := Diff(a, b); len(d) != 0 {
		t.Errorf("Diff says %v, want nothing", d)
	}
	b.Records[0].DNSName = "10.1.1.12"
	if d := Diff(a, b); len(d) == 0 {
		t.Error("a host that came is not told")
	}
}
