package evidence

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode"
)

// broken puts a text that is no UTF-8 into every string of v.
func broken(v reflect.Value) {
	const text = "a\xb5b"
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		broken(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				broken(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		if v.Index(0).Kind() != reflect.Uint8 {
			broken(v.Index(0))
		}
	case reflect.Map:
		if v.Type() == reflect.TypeFor[map[string]string]() {
			v.Set(reflect.ValueOf(map[string]string{"k": text}))
		}
	case reflect.String:
		v.SetString(text)
	}
}

// TestValidText: what evidence holds of bytes that are no UTF-8 is the same
// before it is written and after it was read.
func TestValidText(t *testing.T) {
	if got := ValidText("ä\xb5\xff\ufffd"); got != `ä\xb5\xff`+"\ufffd" {
		t.Errorf("got %q", got)
	}
	b := &Bundle{}
	broken(reflect.ValueOf(b).Elem())
	// Words of ours, never of an input.
	b.Header.Schema, b.Header.Tool = Schema, Tool{}
	e := &b.Events[0]
	e.Kind, e.Event, e.Dialect, e.Place.Input = "event", "x", "x", "x"
	e.Transfer = &Transfer{File: "a\xb5b", Error: "a\xb5b"}
	e.TLS = nil
	b.Objects[0].Kind, b.Coverage[0].Kind, b.Facts[0].Kind = "object", "coverage", "fact"
	b.ValidText()
	var file bytes.Buffer
	if err := b.Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(b, got) {
		t.Errorf("read again: %+v, was %+v", got, b)
	}
}

// FuzzValidText: the text survives JSON, through Plain too, and nothing that a
// terminal acts upon stands in the file.
func FuzzValidText(f *testing.F) {
	for _, s := range []string{"a\xb5b", "\u202e\u009b\x1b[2J\x7f", "\U000e0041\u2028", "\\xb5", "\ufffd\xef\xbf"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := ValidText(s)
		if ValidText(want) != want {
			t.Fatalf("%q became %q, and that %q", s, want, ValidText(want))
		}
		var file bytes.Buffer
		enc := json.NewEncoder(Plain(&file))
		if err := enc.Encode(want); err != nil {
			t.Fatal(err)
		}
		for _, c := range file.String() {
			if c != '\n' && !unicode.IsGraphic(c) {
				t.Fatalf("%q holds %q", file.String(), c)
			}
		}
		var got string
		if err := json.Unmarshal(file.Bytes(), &got); err != nil || got != want {
			t.Fatalf("%q came back as %q, %v", want, got, err)
		}
	})
}
