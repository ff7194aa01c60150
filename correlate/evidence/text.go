package evidence

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// JSON holds text only: its encoder replaces every byte that is no UTF-8 by
// U+FFFD. Evidence that was judged at once and evidence that was written and
// read again would differ, and so would two names that differ in such a byte
// only. Evidence therefore holds these bytes as \xNN from the beginning.

// ValidText writes the bytes of a text that are no UTF-8 as \xNN.
func ValidText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// ValidText does so for whatever an event quotes.
func (e *Event) ValidText() {
	for _, s := range []*string{&e.Phone, &e.Address, &e.Server, &e.Text} {
		*s = ValidText(*s)
	}
	for k, v := range e.Detail {
		if !utf8.ValidString(v) {
			e.Detail[k] = ValidText(v)
		}
	}
	if e.Clock != nil {
		e.Clock.Text = ValidText(e.Clock.Text)
	}
	if t := e.Transfer; t != nil {
		t.File, t.Error = ValidText(t.File), ValidText(t.Error)
	}
}

// ValidText does so for all that an object says.
func (o *Object) ValidText() { validText(reflect.ValueOf(o)) }

// ValidText does so for all that a bundle holds, but for what is packed.
func (b *Bundle) ValidText() {
	for i := range b.Events { // the many
		b.Events[i].ValidText()
	}
	for _, rest := range []any{b.Header.Inputs, b.Objects, b.Coverage, b.Facts} {
		validText(reflect.ValueOf(rest))
	}
}

// validText goes through all fields: objects have many, and there are few
// objects.
func validText(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			validText(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				validText(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			validText(v.Index(i))
		}
	case reflect.String:
		if s := v.String(); !utf8.ValidString(s) {
			v.SetString(ValidText(s))
		}
	}
}
