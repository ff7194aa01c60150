package correlate

import (
	"fmt"
	"os"
	"reflect"
	"testing"

	"trustline/correlate/evidence"
)

func fileID(phone int) string { return fmt.Sprintf("%064x", phone) }

// storm is the capture of n phones that each fetch a list and a configuration and
// speak to TVS.
func storm(n int, spill *evidence.Spill) *evidence.Bundle {
	b := &evidence.Bundle{Header: evidence.Header{Schema: evidence.Schema, Inputs: []evidence.Input{{Name: "storm.pcap", Kind: "pcap", SHA256: "00"}}}}
	b.SpillTo(spill)
	frame := 0
	for i := range n {
		b.AddObject(&evidence.Object{Kind: "object", Object: "signed-file", ID: fileID(i), Places: []evidence.Place{{Input: "storm.pcap", Frame: i + n + 1}},
			List:   &evidence.List{Type: "signed-file", File: fmt.Sprintf("SEP001122%06X.cnf.xml", i), Signer: evidence.Signer{Name: "CN=cucm-a1", Serial: []string{"aa01", "aa02"}[i%2]}, Records: []evidence.Record{}, Asserted: []string{}, Problems: []string{}},
			Config: &evidence.Config{Device: fmt.Sprintf("SEP001122%06X", i), CallManager: []string{"10.0.0.1"}}})
	}
	for round := range 12 {
		for i := range n {
			frame++
			at := func() *evidence.Clock {
				return &evidence.Clock{Dated: true, Seconds: 1371550500 + int64(round), Nanos: int32(i) * 1000, Step: 1e-6, Text: "t"}
			}
			address, name := fmt.Sprintf("10.1.%d.%d", i/250, i%250), fmt.Sprintf("SEP001122%06X", i)
			e := &evidence.Event{Kind: "event", Place: evidence.Place{Input: "storm.pcap", Frame: frame}, Clock: at(), Dialect: "capture", Address: address, Server: "10.0.0.1:69", Detail: map[string]string{}}
			switch round % 3 {
			case 0:
				e.Event, e.Transfer = "transfer", &evidence.Transfer{Proto: "tftp", Op: "read", Client: address + ":49152", Server: "10.0.0.1:69", File: "ITL" + name + ".tlv", Outcome: "no-response"}
			case 1:
				e.Event, e.Transfer = "transfer", &evidence.Transfer{Proto: "tftp", Op: "read", Client: address + ":49153", Server: "10.0.0.1:69", File: name + ".cnf.xml.sgn", Outcome: "complete", Bytes: 5, SHA256: "aa", Object: fileID(i), End: &evidence.Mark{Frame: frame, Clock: at()}}
			case 2:
				e.Event, e.Server, e.TLS = "tls_connection", "10.0.0.1:2445", &evidence.TLS{Client: address + ":50000", Server: "10.0.0.1:2445", Service: "tvs", Outcome: []string{"established", "refused"}[i%2], Marks: map[string]evidence.Mark{"syn": {Frame: frame, Clock: at()}}}
			}
			b.Add(e)
		}
	}
	return b
}

// TestFleetIsTheSamePacked: the report of a fleet does not depend on what is
// packed of it, or spilled, and where spilling fails it stays in memory.
func TestFleetIsTheSamePacked(t *testing.T) {
	const n = 300
	plain := &evidence.Bundle{}
	b := storm(n, nil)
	plain.Header = b.Header
	for i := range b.Objects {
		plain.Objects = append(plain.Objects, *b.Objects[i].Whole())
	}
	for _, e := range b.All() {
		plain.Events = append(plain.Events, *e)
	}
	if plain.Count() != 12*n || !b.Packed(b.Count()-1) || plain.Packed(plain.Count()-1) || !b.Objects[n-1].Packed() || plain.Objects[n-1].Packed() {
		t.Fatalf("%d events", plain.Count())
	}
	want := Judge(plain, Options{})
	if want.Count() != n || len(want.Phones) != wholePhones {
		t.Fatalf("%d phones, %d of them whole", want.Count(), len(want.Phones))
	}
	told := 0
	for name, spill := range map[string]*evidence.Spill{
		"memory":  nil,
		"spilled": {Create: func() (evidence.SpillFile, error) { return os.CreateTemp(t.TempDir(), "") }},
		"failing": {Create: func() (evidence.SpillFile, error) { return nil, os.ErrPermission }, Failed: func(error) { told++ }},
	} {
		got := Judge(storm(n, spill), Options{Spill: spill})
		if got.Headline != want.Headline || !reflect.DeepEqual(got.Groups, want.Groups) || !reflect.DeepEqual(got.Cluster, want.Cluster) || !reflect.DeepEqual(got.Coverage, want.Coverage) {
			t.Errorf("%s: the report differs", name)
		}
		for i, p := range got.All() {
			if q := want.Phone(i); !reflect.DeepEqual(p, q) {
				t.Fatalf("%s: phone %d is\n%+v, want\n%+v", name, i, p, q)
			}
			if got.Brief(i) != want.Phone(i).brief() {
				t.Errorf("%s: %+v", name, got.Brief(i))
			}
		}
		if err := got.Err(); err != nil {
			t.Error(err)
		}
		for _, i := range []int{0, wholePhones, n - 1} {
			for _, e := range want.Phone(i).Timeline {
				if found := got.Entry(e.ID); i >= wholePhones && (found == nil || found.Summary != e.Summary) {
					t.Errorf("%s: entry %s of phone %d is %+v", name, e.ID, i, found)
				}
			}
		}
		if got.Entry("e999999") != nil || got.Entry("") != nil || got.Entry("e01") != nil {
			t.Errorf("%s: an entry that nobody has", name)
		}
		if err := spill.Close(); err != nil {
			t.Error(err)
		}
	}
	if told != 2 { // of the events, and of the phones; the few objects fill no chunk
		t.Errorf("told %d times that nothing can be spilled", told)
	}
}

// TestLostPhone: a phone that cannot be read back has its name and verdict, and the
// report says so.
func TestLostPhone(t *testing.T) {
	var files []*os.File
	spill := &evidence.Spill{Create: func() (evidence.SpillFile, error) {
		f, err := os.CreateTemp(t.TempDir(), "")
		files = append(files, f)
		return f, err
	}}
	r := Judge(storm(300, nil), Options{Spill: spill})
	for _, f := range files {
		f.Truncate(0)
	}
	if p, b := r.Phone(100), r.Brief(100); p.Name != b.Name || p.Verdict.Class != b.Class || r.Err() == nil {
		t.Errorf("%+v, %v", p, r.Err())
	}
	spill.Close()
}
