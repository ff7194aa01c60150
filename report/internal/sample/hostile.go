package sample

import (
	"fmt"
	"reflect"

	"trustline/correlate"
)

// Hostile pieces: what a log line, a file name or a certificate may hold.
const (
	Markup  = `</script></style><script>alert(1)</script><img src=x onerror=alert(2)>'"-->&lt;{{.}}`
	Escape  = "\x1b[2J\x1b]0;owned\x07\x9b31m\u009b2J\x7f\x00"
	Bidi    = "\u202egnp.exe\u2066\u200f\ufeff\u2028"
	Bytes   = "\xff\xfe\xc3("
	Pipes   = "|a|b|\r\n# head\n- list\n```\n![x](http://evil.example/x.png)`code`*b*_i_~~s~~<http://evil.example>"
	Formula = "=HYPERLINK(\"http://evil.example\")"
)

// Hostile is the case with hostile text added to every text of it. The text
// begins with before, so that what a writer looks up (classes, states) is
// unknown to it as well.
func Hostile(before string) *correlate.Report {
	r := Report()
	n := 0
	walk(reflect.ValueOf(r).Elem(), func(s string) string {
		n++
		if isID(s) {
			return s
		}
		return before + s + Markup + Escape + Bidi + Bytes + Pipes
	})
	return r
}

// isID keeps identifiers of evidence, so that the places they lead to are
// tested too; the last one is made hostile by the caller of Hostile.
func isID(s string) bool {
	var n int
	_, err := fmt.Sscanf(s, "e%d", &n)
	return err == nil && s == entryID(n)
}

func entryID(n int) string { return fmt.Sprintf("e%d", n) }

// walk replaces every string that can be reached.
func walk(v reflect.Value, change func(string) string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			n := reflect.New(v.Elem().Type()) // shared values are not changed twice
			n.Elem().Set(v.Elem())
			v.Set(n)
			walk(v.Elem(), change)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), change)
		}
	case reflect.Slice:
		n := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(n, v)
		v.Set(n)
		for i := range v.Len() {
			walk(v.Index(i), change)
		}
	case reflect.Map:
		n := reflect.MakeMap(v.Type())
		for _, k := range v.MapKeys() {
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(v.MapIndex(k))
			walk(e, change)
			n.SetMapIndex(k, e)
		}
		v.Set(n)
	case reflect.Interface:
		if !v.IsNil() {
			e := reflect.New(v.Elem().Type()).Elem()
			e.Set(v.Elem())
			walk(e, change)
			v.Set(e)
		}
	case reflect.String:
		v.SetString(change(v.String()))
	}
}
