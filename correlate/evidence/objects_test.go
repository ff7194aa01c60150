package evidence

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"testing"
)

// files is a bundle of n configurations of phones, one list and one file that lies
// among the inputs.
func files(input string, n int, spill *Spill) *Bundle {
	b := &Bundle{Header: Header{Schema: Schema, Inputs: []Input{{Name: input, SHA256: input + " hash", Kind: "pcap"}}}}
	b.SpillTo(spill)
	for i := range n {
		o := Object{Kind: "object", Object: "config", ID: fmt.Sprintf("%s %05d", input, i), Places: []Place{{Input: input, Frame: i + 1}}, Config: &Config{Device: fmt.Sprintf("SEP001122%06X", i), TVS: []string{"10.0.0.1", "10.0.0.2"}}}
		if i%2 == 0 {
			o.Object, o.List = "signed-file", &List{Type: "signed-file", Covered: fmt.Sprintf("%064x", i), Signer: Signer{Name: "CN=a", Serial: "aa01"}, Records: []Record{}}
		}
		b.AddObject(&o)
	}
	b.AddObject(&Object{Kind: "object", Object: "list", ID: "itl", Places: []Place{{Input: input, Frame: 1}}, List: &List{Type: "itl"}})
	b.AddObject(&Object{Kind: "object", Object: "config", ID: "a file", Places: []Place{{Input: input}}, Config: &Config{Device: "SEP001122334455"}})
	return b
}

// TestPackedObjects: a bundle says the same whether what its objects say is
// packed, spilled or as it is, read back and merged.
func TestPackedObjects(t *testing.T) {
	const n = wholeObjects + 300
	want := spelled(t, Merge(whole(files("a", n, nil)), whole(files("b", n, nil))))
	for _, spill := range []*Spill{nil, {Create: func() (SpillFile, error) { return os.CreateTemp(t.TempDir(), "") }}} {
		a, b := files("a", n, spill), files("b", n, spill)
		if a.Objects[wholeObjects-1].Packed() || !a.Objects[wholeObjects].Packed() || !a.Objects[n-1].Packed() || a.Objects[n].Packed() || a.Objects[n+1].Packed() {
			t.Fatal("other objects are packed than the configurations of captures")
		}
		m := Merge(b, a)
		if spelled(t, m) != want || spelled(t, Merge(m, a)) != want {
			t.Error("the merged bundle differs")
		}
		read, err := Read(bytes.NewReader([]byte(want)))
		if err != nil || spelled(t, Merge(read)) != want || !read.Objects[n].Packed() {
			t.Errorf("read back it differs (%v)", err)
		}
		if err := spill.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestEveryMemberOfAnObjectIsPacked: what is packed comes back as it was.
func TestEveryMemberOfAnObjectIsPacked(t *testing.T) {
	var l List
	var c Config
	n := 0
	fill(reflect.ValueOf(&l).Elem(), &n)
	fill(reflect.ValueOf(&c).Elem(), &n)
	for _, want := range []Object{{List: &l, Config: &c}, {List: &l}, {Config: &c}, {List: &List{}, Config: &Config{}}} {
		var p packedObjects
		o := want
		p.add(&o)
		if got := o.Whole(); !o.Packed() || o.List != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%+v comes back as %+v", want, got)
		}
	}
}

// TestLostObject: an object that cannot be read back says nothing, and the bundle
// tells of it.
func TestLostObject(t *testing.T) {
	var file *os.File
	spill := &Spill{Create: func() (SpillFile, error) {
		f, err := os.CreateTemp(t.TempDir(), "")
		file = f
		return f, err
	}}
	b := files("a", wholeObjects+2000, spill)
	if err := b.Err(); file == nil || err != nil {
		t.Fatalf("nothing is spilled, %v", err)
	}
	file.Truncate(0)
	if o := b.Objects[wholeObjects].Whole(); o.ID != b.Objects[wholeObjects].ID || o.List != nil || o.Config != nil || b.Err() == nil || Merge(b).Err() == nil {
		t.Errorf("%+v, %v", o, b.Err())
	}
	if err := spill.Close(); err != nil {
		t.Error(err)
	}
}
