package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"trustline/correlate"
)

// JSON writes the report as one indented object in the form of Schema. Members
// stand in the order of the model, members of detail by name; nothing is cut.
//
// It differs from encoding/json in three ways. A list or map that is absent is
// [] or {}, never null. Characters that are not graphic (terminal sequences,
// controls that reorder text) are written as \u escapes, so that the file may
// be printed safely and still decodes to the same text. A byte that is no UTF-8
// becomes the four characters \xNN instead of an unspecific U+FFFD. And it
// writes as it goes, so that a fleet's report is not held in memory twice.
func JSON(w io.Writer, r *correlate.Report) error {
	e := &encoder{w: bufio.NewWriter(w), types: map[reflect.Type][]field{}}
	e.report(r)
	e.w.WriteByte('\n')
	if err := errors.Join(e.w.Flush(), e.err); err != nil {
		return fmt.Errorf("report: json: %w", err)
	}
	return nil
}

// report writes the report itself, its phones one after the other.
func (e *encoder) report(r *correlate.Report) {
	v := reflect.ValueOf(r).Elem()
	e.w.WriteByte('{')
	n := 0
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		name := f.Tag.Get("json")
		if name != "phones" {
			e.member(name, v.Field(i), n, 0)
			n++
			continue
		}
		e.comma(n, 1)
		n++
		e.quote(name)
		e.w.WriteString(": [")
		e.phones(r)
	}
	e.close('}', n, 0)
}

type encoder struct {
	w     *bufio.Writer
	types map[reflect.Type][]field
	err   error
}

func (e *encoder) newline(depth int) {
	const blanks = "                                "
	e.w.WriteByte('\n')
	for ; depth > len(blanks); depth -= len(blanks) {
		e.w.WriteString(blanks)
	}
	e.w.WriteString(blanks[:depth])
}

func (e *encoder) value(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			e.w.WriteString("null")
			return
		}
		e.value(v.Elem(), depth)
	case reflect.Struct:
		e.object(v, depth)
	case reflect.Map:
		e.members(v, depth)
	case reflect.Slice, reflect.Array:
		e.list(v, depth)
	case reflect.String:
		e.quote(v.String())
	case reflect.Int, reflect.Int64:
		e.w.Write(strconv.AppendInt(e.w.AvailableBuffer(), v.Int(), 10))
	case reflect.Bool:
		e.w.Write(strconv.AppendBool(e.w.AvailableBuffer(), v.Bool()))
	default: // other numbers
		b, err := json.Marshal(v.Interface())
		if err != nil {
			// A number without a JSON form (NaN): write the rest, and tell.
			e.err, b = err, []byte("null")
		}
		e.w.Write(b)
	}
}

func (e *encoder) object(v reflect.Value, depth int) {
	e.w.WriteByte('{')
	n := 0
	for i, f := range e.membersOf(v.Type()) {
		if f.optional && v.Field(i).IsZero() {
			continue
		}
		e.member(f.name, v.Field(i), n, depth)
		n++
	}
	e.close('}', n, depth)
}

// field is what the tag of a struct's field says.
type field struct {
	name     string
	optional bool
}

// membersOf reads the tags of a type once.
func (e *encoder) membersOf(t reflect.Type) []field {
	list, ok := e.types[t]
	if !ok {
		for i := range t.NumField() {
			name, opts, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			list = append(list, field{name, opts == "omitempty"})
		}
		e.types[t] = list
	}
	return list
}

func (e *encoder) members(v reflect.Value, depth int) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	e.w.WriteByte('{')
	for n, k := range keys {
		e.member(k.String(), v.MapIndex(k), n, depth)
	}
	e.close('}', len(keys), depth)
}

func (e *encoder) member(name string, v reflect.Value, n, depth int) {
	e.comma(n, depth+1)
	e.quote(name)
	e.w.WriteString(": ")
	e.value(v, depth+1)
}

func (e *encoder) list(v reflect.Value, depth int) {
	e.w.WriteByte('[')
	for i := range v.Len() {
		e.comma(i, depth+1)
		e.value(v.Index(i), depth+1)
	}
	e.close(']', v.Len(), depth)
}

// comma begins the member or element n.
func (e *encoder) comma(n, depth int) {
	if n > 0 {
		e.w.WriteByte(',')
	}
	e.newline(depth)
}

func (e *encoder) close(c byte, n, depth int) {
	if n > 0 {
		e.newline(depth)
	}
	e.w.WriteByte(c)
}

func (e *encoder) quote(s string) {
	e.w.WriteByte('"')
	for i := 0; i < len(s); {
		run := i // what is written as it is, which is nearly everything
		for i < len(s) && s[i] >= ' ' && s[i] < 0x7f && s[i] != '"' && s[i] != '\\' {
			i++
		}
		e.w.WriteString(s[run:i])
		if i == len(s) {
			break
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(e.w, `\\x%02x`, s[i])
		case r == '"' || r == '\\':
			e.w.WriteByte('\\')
			e.w.WriteByte(byte(r))
		case r == '\n':
			e.w.WriteString(`\n`)
		case r == '\r':
			e.w.WriteString(`\r`)
		case r == '\t':
			e.w.WriteString(`\t`)
		case unicode.IsGraphic(r):
			e.w.WriteString(s[i : i+size])
		case r > 0xffff:
			a, b := utf16.EncodeRune(r)
			fmt.Fprintf(e.w, `\u%04x\u%04x`, a, b)
		default:
			fmt.Fprintf(e.w, `\u%04x`, r)
		}
		i += size
	}
	e.w.WriteByte('"')
}
