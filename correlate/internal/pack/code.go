package pack

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"strings"
	"sync"
)

// Coder is a type that knows a shorter form of its own.
type Coder interface {
	AppendPacked(t *Table, b []byte) []byte
	ReadPacked(r *Reader)
}

// ErrDamaged tells that bytes are not what Append wrote.
var ErrDamaged = errors.New("pack: damaged")

// Append appends the packed form of what v points to. It fails where an interface
// holds a type that is not known.
func Append(t *Table, b []byte, v any) ([]byte, error) {
	e := encoder{t: t, b: b}
	rv := reflect.ValueOf(v).Elem()
	planOf(rv.Type()).enc(&e, rv)
	return e.b, e.err
}

// Read reads what Append wrote into what v points to, which is zero before.
func Read(t *Table, b []byte, v any) error {
	r := Reader{t: t, b: b}
	rv := reflect.ValueOf(v).Elem()
	planOf(rv.Type()).dec(&r, rv)
	if len(r.b) > 0 {
		r.bad = true
	}
	if r.bad {
		return ErrDamaged
	}
	return nil
}

type encoder struct {
	t   *Table
	b   []byte
	err error
}

// Reader takes values off packed bytes. After damage it gives zero values.
type Reader struct {
	t   *Table
	b   []byte
	bad bool
}

// plan is how one type is written and read.
type plan struct {
	enc func(*encoder, reflect.Value)
	dec func(*Reader, reflect.Value)
}

var plans sync.Map // reflect.Type -> *plan: what a type looks like never changes

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := newPlan(t)
	plans.Store(t, p)
	return p
}

func newPlan(t reflect.Type) *plan {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[Coder]()) {
		return &plan{
			func(e *encoder, v reflect.Value) { e.b = v.Addr().Interface().(Coder).AppendPacked(e.t, e.b) },
			func(r *Reader, v reflect.Value) { v.Addr().Interface().(Coder).ReadPacked(r) },
		}
	}
	switch t.Kind() {
	case reflect.String:
		return &plan{func(e *encoder, v reflect.Value) { e.b = AppendString(e.t, e.b, v.String()) }, func(r *Reader, v reflect.Value) { v.SetString(r.String()) }}
	case reflect.Bool:
		return &plan{func(e *encoder, v reflect.Value) { e.b = AppendBool(e.b, v.Bool()) }, func(r *Reader, v reflect.Value) { v.SetBool(r.Bool()) }}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &plan{func(e *encoder, v reflect.Value) { e.b = binary.AppendVarint(e.b, v.Int()) }, func(r *Reader, v reflect.Value) { v.SetInt(r.Int()) }}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &plan{func(e *encoder, v reflect.Value) { e.b = binary.AppendUvarint(e.b, v.Uint()) }, func(r *Reader, v reflect.Value) { v.SetUint(r.Uint()) }}
	case reflect.Float32, reflect.Float64:
		return &plan{func(e *encoder, v reflect.Value) { e.b = AppendFloat(e.b, v.Float()) }, func(r *Reader, v reflect.Value) { v.SetFloat(r.Float()) }}
	case reflect.Pointer:
		return pointerPlan(t)
	case reflect.Struct:
		return structPlan(t)
	case reflect.Slice:
		return slicePlan(t)
	case reflect.Map:
		return mapPlan(t)
	case reflect.Interface:
		return &plan{func(e *encoder, v reflect.Value) { e.any(v.Interface()) }, func(r *Reader, v reflect.Value) {
			if a := r.any(); a != nil {
				v.Set(reflect.ValueOf(a))
			}
		}}
	}
	return &plan{func(e *encoder, _ reflect.Value) { e.err = fmt.Errorf("pack: no form for %v", t) }, func(r *Reader, _ reflect.Value) { r.bad = true }}
}

func pointerPlan(t reflect.Type) *plan {
	elem := planOf(t.Elem())
	return &plan{
		func(e *encoder, v reflect.Value) {
			e.b = AppendBool(e.b, !v.IsNil())
			if !v.IsNil() {
				elem.enc(e, v.Elem())
			}
		},
		func(r *Reader, v reflect.Value) {
			if r.Bool() {
				v.Set(reflect.New(t.Elem()))
				elem.dec(r, v.Elem())
			}
		},
	}
}

func structPlan(t reflect.Type) *plan {
	fields := make([]*plan, t.NumField())
	for i := range fields {
		fields[i] = planOf(t.Field(i).Type)
	}
	return &plan{
		func(e *encoder, v reflect.Value) {
			for i, f := range fields {
				f.enc(e, v.Field(i))
			}
		},
		func(r *Reader, v reflect.Value) {
			for i, f := range fields {
				f.dec(r, v.Field(i))
			}
		},
	}
}

// slicePlan writes 0 for nil, else the length and one more.
func slicePlan(t reflect.Type) *plan {
	elem := planOf(t.Elem())
	return &plan{
		func(e *encoder, v reflect.Value) {
			if v.IsNil() {
				e.b = append(e.b, 0)
				return
			}
			e.b = binary.AppendUvarint(e.b, uint64(v.Len())+1)
			for i := range v.Len() {
				elem.enc(e, v.Index(i))
			}
		},
		func(r *Reader, v reflect.Value) {
			n, ok := r.Len()
			if !ok {
				return
			}
			v.Set(reflect.MakeSlice(t, n, n))
			for i := range n {
				elem.dec(r, v.Index(i))
			}
		},
	}
}

func mapPlan(t reflect.Type) *plan {
	key, elem := planOf(t.Key()), planOf(t.Elem())
	return &plan{
		func(e *encoder, v reflect.Value) {
			if v.IsNil() {
				e.b = append(e.b, 0)
				return
			}
			e.b = binary.AppendUvarint(e.b, uint64(v.Len())+1)
			k, x := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
			for it := v.MapRange(); it.Next(); {
				k.SetIterKey(it)
				x.SetIterValue(it)
				key.enc(e, k)
				elem.enc(e, x)
			}
		},
		func(r *Reader, v reflect.Value) {
			n, ok := r.Len()
			if !ok {
				return
			}
			v.Set(reflect.MakeMapWithSize(t, n))
			for range n {
				k, x := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
				key.dec(r, k)
				elem.dec(r, x)
				v.SetMapIndex(k, x)
			}
		},
	}
}

// What an interface holds.
const (
	isNil = iota
	isString
	isInt
	isInt64
	isFloat
	isTrue
	isFalse
	isStrings
	isList
	isMap
)

func (e *encoder) any(a any) {
	switch x := a.(type) {
	case nil:
		e.b = append(e.b, isNil)
	case string:
		e.b = AppendString(e.t, append(e.b, isString), x)
	case int:
		e.b = binary.AppendVarint(append(e.b, isInt), int64(x))
	case int64:
		e.b = binary.AppendVarint(append(e.b, isInt64), x)
	case float64:
		e.b = AppendFloat(append(e.b, isFloat), x)
	case bool:
		e.b = append(e.b, isFalse)
		if x {
			e.b[len(e.b)-1] = isTrue
		}
	case []string:
		e.b = append(e.b, isStrings)
		planOf(reflect.TypeFor[[]string]()).enc(e, reflect.ValueOf(x))
	case []any:
		e.b = append(e.b, isList)
		planOf(reflect.TypeFor[[]any]()).enc(e, reflect.ValueOf(x))
	case map[string]any:
		e.b = append(e.b, isMap)
		if x == nil {
			e.b = append(e.b, 0)
			return
		}
		e.b = binary.AppendUvarint(e.b, uint64(len(x))+1)
		for k, v := range x {
			e.b = AppendString(e.t, e.b, k)
			e.any(v)
		}
	default:
		e.err = fmt.Errorf("pack: no form for %T in an interface", a)
	}
}

func (r *Reader) any() any {
	if len(r.b) == 0 {
		r.bad = true
		return nil
	}
	kind := r.b[0]
	r.b = r.b[1:]
	switch kind {
	case isNil:
		return nil
	case isString:
		return r.String()
	case isInt:
		return int(r.Int())
	case isInt64:
		return r.Int()
	case isFloat:
		return r.Float()
	case isTrue, isFalse:
		return kind == isTrue
	case isStrings:
		var x []string
		planOf(reflect.TypeFor[[]string]()).dec(r, reflect.ValueOf(&x).Elem())
		return x
	case isList:
		var x []any
		planOf(reflect.TypeFor[[]any]()).dec(r, reflect.ValueOf(&x).Elem())
		return x
	case isMap:
		n, ok := r.Len()
		if !ok {
			return map[string]any(nil)
		}
		x := make(map[string]any, n)
		for range n {
			k := r.String()
			x[k] = r.any()
		}
		return x
	}
	r.bad = true
	return nil
}

// The two low bits of a string's first number say what it is.
const (
	word   = 1 + iota // the rest is its number in the table
	digits            // the rest is the number of bytes that the hex digits stand for
	plain             // the rest is the length, the bytes follow
)

// AppendString appends a string.
func AppendString(t *Table, b []byte, s string) []byte {
	if n, ok := t.number(s); ok {
		return binary.AppendUvarint(b, uint64(n)<<2|word)
	}
	if len(s) >= 8 && len(s)%2 == 0 && strings.Trim(s, "0123456789abcdef") == "" {
		b = binary.AppendUvarint(b, uint64(len(s)/2)<<2|digits)
		b, _ = hex.AppendDecode(b, []byte(s))
		return b
	}
	return append(binary.AppendUvarint(b, uint64(len(s))<<2|plain), s...)
}

// AppendBool appends a truth value.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendFloat appends a number; those with few binary digits are short.
func AppendFloat(b []byte, f float64) []byte {
	return binary.AppendUvarint(b, bits.ReverseBytes64(math.Float64bits(f)))
}

// String takes a string.
func (r *Reader) String() string {
	n := r.Uint()
	kind := n & 3
	n >>= 2
	switch {
	case kind == word && n < uint64(len(r.t.words)):
		return r.t.words[n]
	case kind == plain && n <= uint64(len(r.b)):
		s := string(r.b[:n])
		r.b = r.b[n:]
		return s
	case kind == digits && n <= uint64(len(r.b)):
		s := hex.EncodeToString(r.b[:n])
		r.b = r.b[n:]
		return s
	}
	r.bad, r.b = true, nil
	return ""
}

// Bool takes a truth value.
func (r *Reader) Bool() bool { return r.Byte() != 0 }

// Int takes a number with a sign.
func (r *Reader) Int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Uint takes a number without one.
func (r *Reader) Uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Float takes a number with a fraction.
func (r *Reader) Float() float64 { return math.Float64frombits(bits.ReverseBytes64(r.Uint())) }

// Byte takes one byte.
func (r *Reader) Byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

// Len takes the length of a slice or map; false is nil, and damage. An element
// takes a byte at least, so a length beyond what is left is damage.
func (r *Reader) Len() (int, bool) {
	n := r.Uint()
	if n == 0 {
		return 0, false
	}
	if n-1 > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return 0, false
	}
	return int(n - 1), true
}
