package evidence

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	"trustline/correlate/internal/pack"
)

// fill sets every member of a value to something of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 8)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for i := range 2 {
			x := reflect.New(v.Type().Elem()).Elem()
			fill(x, n)
			v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("key %d", i)), x)
		}
	default:
		panic(v.Type())
	}
}

// TestEveryMemberIsPacked: what is packed comes back as it was, with every member
// set and with none.
func TestEveryMemberIsPacked(t *testing.T) {
	var full Event
	n := 0
	fill(reflect.ValueOf(&full).Elem(), &n)
	for i, want := range []Event{full, {}, {Detail: map[string]string{}, TLS: &TLS{Syns: []Mark{}, Marks: map[string]Mark{}, Alerts: []Alert{}}, Transfer: &Transfer{}}} {
		var table pack.Table
		for range 3 { // words come again
			var got Event
			if err := pack.Read(&table, want.AppendPacked(&table, nil), &got); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%d: %v\n%+v\n%+v", i, err, got, want)
			}
		}
	}
}

// TestStampIsThatOfTime: the short form of a clock gives what time.Format gives.
func TestStampIsThatOfTime(t *testing.T) {
	for _, s := range []string{"2013-06-18T10:15:00.044999Z", "1970-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z", "2000-02-29T23:59:59.000001Z", "2100-02-28T12:00:00.5Z", "2100-03-01T00:00:00Z",
		"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1900-12-31T00:00:01Z", "2024-02-29T00:00:00.123456Z"} {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		want := at.Format("2006-01-02T15:04:05.000000Z")
		if got := string(appendStamp(nil, at.Unix(), int64(at.Nanosecond())/1000, 6)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	var table pack.Table
	for _, c := range []Clock{
		{Dated: true, Seconds: 1371550500, Nanos: 44999000, Step: 1e-6, Text: "2013-06-18T10:15:00.044999Z"},
		{Dated: true, Seconds: 1371550500, Nanos: 44999001, Step: 1e-9, Text: "2013-06-18T10:15:00.044999001Z"},
		{Dated: true, Seconds: 1371550500, Nanos: 44999001, Step: 1e-6, Text: "2013-06-18T10:15:00.044999Z"}, // finer than it says
		{Dated: true, Seconds: 1371550500, Step: 1e-6, Text: "Jun 18 10:15"},
		{Dated: true, Seconds: 1 << 60, Step: 1e-6, Text: "far"},
		{Dated: true, Seconds: -1 << 62, Nanos: -1, Step: 1e-9, Boot: 3, Text: ""},
	} {
		e, got := Event{Clock: &c}, Event{}
		if err := pack.Read(&table, e.AppendPacked(&table, nil), &got); err != nil || *got.Clock != c {
			t.Errorf("%+v comes back as %+v (%v)", c, got.Clock, err)
		}
	}
}

// capture is a bundle of n events of a capture, in the order of frames or against
// it, beside two lines of a log.
func capture(input string, n int, back bool, spill *Spill) *Bundle {
	b := &Bundle{Header: Header{Schema: Schema, Inputs: []Input{{Name: input, SHA256: input + " hash", Kind: "pcap"}}}}
	b.SpillTo(spill)
	for i := range n {
		if back {
			i = n - 1 - i
		}
		e := Event{Kind: "event", Place: Place{Input: input, Frame: i/2 + 1}, Dialect: "capture", Event: "tls_connection", Server: fmt.Sprintf("10.0.0.1:%d", i), Detail: map[string]string{},
			TLS: &TLS{Stream: i, Marks: map[string]Mark{"syn": {Frame: i, Clock: &Clock{Dated: true, Seconds: int64(i), Step: 1e-6, Text: "x"}}}}}
		b.Add(&e)
		if i%1000 == 0 {
			b.Add(&Event{Kind: "event", Place: Place{Input: input, Line: i + 1}, Dialect: "phone-secd", Event: "line", Detail: map[string]string{}})
		}
	}
	return b
}

func spelled(t *testing.T, b *Bundle) string {
	t.Helper()
	var w bytes.Buffer
	if err := b.Write(&w); err != nil {
		t.Fatal(err)
	}
	return w.String()
}

// whole gives the bundle without anything packed.
func whole(b *Bundle) *Bundle {
	out := &Bundle{Header: b.Header}
	for _, e := range b.All() {
		out.Events = append(out.Events, *e)
	}
	for i := range b.Objects {
		out.Objects = append(out.Objects, *b.Objects[i].Whole())
	}
	return out
}

// TestPackedEvents: a bundle says the same whether its events are packed, spilled
// or as they are, in any order, merged once or twice.
func TestPackedEvents(t *testing.T) {
	const n = wholeEvents + 501
	want := spelled(t, Merge(whole(capture("a", n, false, nil)), whole(capture("b", n, false, nil))))
	for _, limit := range []int64{-1, 0} {
		spill := &Spill{Limit: limit, Create: func() (SpillFile, error) { return os.CreateTemp(t.TempDir(), "") }}
		if limit < 0 {
			spill = nil
		}
		for _, back := range []bool{false, true} {
			a, b := capture("a", n, back, spill), capture("b", n, back, spill)
			if a.Count() != n+(n+999)/1000 || !a.Packed(a.Count()-1) || a.Packed(0) {
				t.Fatalf("%d events", a.Count())
			}
			m := Merge(b, a)
			if spelled(t, m) != want {
				t.Errorf("limit %d, backwards %v: the merged bundle differs", limit, back)
			}
			if again := Merge(Merge(m, &Bundle{Facts: []Fact{}}), a, whole(b)); spelled(t, again) != want {
				t.Errorf("limit %d, backwards %v: merged again it differs", limit, back)
			}
			read, err := Read(bytes.NewReader([]byte(want)))
			if err != nil || spelled(t, Merge(read)) != want {
				t.Errorf("read back it differs (%v)", err)
			}
			a.Update(func(e *Event) bool { e.Server = "10.9.9.9"; return true })
			for _, e := range a.All() {
				if e.Server != "10.9.9.9" {
					t.Fatalf("%+v was not changed", e)
				}
			}
			if spelled(t, m) != want && back {
				t.Error("an earlier bundle changed with it")
			}
		}
		if err := spill.Close(); err != nil {
			t.Error(err)
		}
	}
	a := capture("a", n, false, nil)
	other := capture("a", n, false, nil)
	other.Header.Inputs[0].SHA256 = "another hash"
	if m := Merge(a, other); m.Count() != 2*a.Count() {
		t.Errorf("two captures of one name: %d events of %d", m.Count(), 2*a.Count())
	}
	if m := Merge(a, capture("z", n, true, nil)); m.Count() != 2*a.Count() || m.Event(0).Place.Input != "a" || m.Event(m.Count()-1).Place.Input != "z" {
		t.Error("two captures are not in order")
	}
}
