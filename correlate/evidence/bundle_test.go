package evidence

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func sampleBundle(input, sha string) *Bundle {
	code := 1
	return &Bundle{
		Header:  Header{Schema: Schema, Tool: Tool{"trustline", "test"}, Inputs: []Input{{Name: input, Kind: "pcap", SHA256: sha, Samples: []Sample{}, Problems: []Problem{{"byte 12", "cut"}}}}},
		Objects: []Object{{Kind: "object", Object: "list", ID: "f00d", Places: []Place{{Input: input, Frame: 7}}, List: &List{Type: "itl", Records: []Record{{Number: 1, Functions: []string{"SAST"}}}}}},
		Events: []Event{{Kind: "event", Place: Place{Input: input, Frame: 3}, Clock: &Clock{Dated: true, Seconds: 5, Nanos: 6, Step: 1e-6, Text: "x"}, Event: "transfer",
			Detail: map[string]string{"a": "b"}, Transfer: &Transfer{File: "ITLFile.tlv", ErrorCode: &code}}},
		Coverage: []Coverage{{Kind: "coverage", Input: input, Service: "tftp", Gaps: []string{}}},
		Facts:    []Fact{{Kind: "fact", Place: Place{Input: "--fact", Line: 1}, Key: "drs-backup", Value: "no"}},
	}
}

func TestWriteRead(t *testing.T) {
	want := sampleBundle("a.pcap", "01")
	var buf bytes.Buffer
	if err := want.Write(&buf); err != nil {
		t.Fatal(err)
	}
	for i, l := range strings.Split(strings.TrimSpace(buf.String()), "\n") {
		if i > 0 && !strings.HasPrefix(l, `{"kind":"`) {
			t.Errorf("line %d does not begin with its kind: %s", i+1, l)
		}
	}
	got, err := Read(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestReadDamaged(t *testing.T) {
	var buf bytes.Buffer
	if err := sampleBundle("a.pcap", "01").Write(&buf); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(buf.String(), `{"kind":"coverage"`, `{"kind":"coverage`, 1) + `{"kind":"dream"}` + "\n"
	b, err := Read(strings.NewReader(text))
	if err == nil || !strings.Contains(err.Error(), "line 4") || !strings.Contains(err.Error(), `"dream"`) {
		t.Errorf("error %v does not name both damaged lines", err)
	}
	if b == nil || len(b.Events) != 1 || len(b.Facts) != 1 {
		t.Errorf("the rest was not used: %+v", b)
	}
	for _, s := range []string{"", "hello\n", `{"schema":"other/v1"}`} {
		if b, err := Read(strings.NewReader(s)); err == nil || b != nil {
			t.Errorf("Read(%q) = %+v, %v; want an error", s, b, err)
		}
	}
}

// The same bytes under two names count once; what is seen in two inputs is one
// object with both places.
func TestMerge(t *testing.T) {
	twice := Merge(sampleBundle("b.pcap", "01"), sampleBundle("a.pcap", "01"))
	if len(twice.Header.Inputs) != 1 || twice.Header.Inputs[0].Name != "a.pcap" || len(twice.Events) != 1 || len(twice.Facts) != 1 {
		t.Errorf("the same input twice: %+v", twice)
	}
	both := Merge(sampleBundle("b.pcap", "02"), sampleBundle("a.pcap", "01"))
	if len(both.Header.Inputs) != 2 || len(both.Events) != 2 || len(both.Objects) != 1 || len(both.Objects[0].Places) != 2 {
		t.Errorf("two inputs: %+v", both)
	}
	other := Merge(sampleBundle("a.pcap", "01"), sampleBundle("b.pcap", "02"))
	var x, y bytes.Buffer
	if err := both.Write(&x); err != nil {
		t.Fatal(err)
	}
	if err := other.Write(&y); err != nil {
		t.Fatal(err)
	}
	if x.String() != y.String() {
		t.Error("the order of bundles shows")
	}
}

// Two folders may hold a phone.pcap each: the evidence of one must not pass for
// the other's.
func TestMergeSameNameOtherBytes(t *testing.T) {
	m := Merge(sampleBundle("phone.pcap", "0123456789"), sampleBundle("phone.pcap", "fedcba9876"))
	var names []string
	for _, in := range m.Header.Inputs {
		names = append(names, in.Name)
	}
	if want := []string{"phone.pcap #01234567", "phone.pcap #fedcba98"}; !reflect.DeepEqual(names, want) {
		t.Errorf("inputs %q, want %q", names, want)
	}
	if len(m.Events) != 2 || m.Events[0].Place.Input != "phone.pcap #01234567" || m.Events[1].Place.Input != "phone.pcap #fedcba98" {
		t.Errorf("events %+v", m.Events)
	}
}

func FuzzRead(f *testing.F) {
	var buf bytes.Buffer
	if err := sampleBundle("a.pcap", "01").Write(&buf); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add([]byte(`{"schema":"trustline/evidence/v1"}` + "\n" + `{"kind":"event","clock":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		bundle, err := Read(bytes.NewReader(b))
		if bundle == nil && err == nil {
			t.Error("neither evidence nor error")
		}
		if bundle != nil {
			Merge(bundle)
		}
	})
}
