package evidence

import (
	"encoding/binary"

	"trustline/correlate/internal/pack"
)

// The packed form of an event, member by member in the order of the types. What
// repeats within one event is left out: the text of a capture's clock, which
// follows from its time, and zero values of what few events have. A test fills
// every member, so that one that is added to a type and not here is noticed.

// Bits of a clock.
const (
	clockThere = 1 << iota
	clockDated
	clockLocal
	clockNoYear
	clockBoot
	clockMicro // step and text are those of a capture with microseconds
	clockNano  // and with nanoseconds
)

// Steps of a capture's clock.
const (
	microStep = 1e-6
	nanoStep  = 1e-9
)

func appendClock(t *pack.Table, b []byte, c *Clock) []byte {
	if c == nil {
		return append(b, 0)
	}
	flags := byte(clockThere)
	set := func(on bool, bit byte) {
		if on {
			flags |= bit
		}
	}
	set(c.Dated, clockDated)
	set(c.Local, clockLocal)
	set(c.NoYear, clockNoYear)
	set(c.Boot != 0, clockBoot)
	var text [40]byte
	short := false
	if c.Dated && c.Nanos >= 0 && c.Nanos < 1e9 {
		switch c.Step {
		case microStep:
			short = c.Nanos%1000 == 0 && string(appendStamp(text[:0], c.Seconds, int64(c.Nanos)/1000, 6)) == c.Text
			set(short, clockMicro)
		case nanoStep:
			short = string(appendStamp(text[:0], c.Seconds, int64(c.Nanos), 9)) == c.Text
			set(short, clockNano)
		}
	}
	b = binary.AppendVarint(append(b, flags), c.Seconds)
	b = binary.AppendVarint(b, int64(c.Nanos))
	if c.Boot != 0 {
		b = binary.AppendVarint(b, int64(c.Boot))
	}
	if !short {
		b = pack.AppendString(t, pack.AppendFloat(b, c.Step), c.Text)
	}
	return b
}

func readClock(r *pack.Reader) *Clock {
	flags := r.Byte()
	if flags == 0 {
		return nil
	}
	c := &Clock{Dated: flags&clockDated != 0, Local: flags&clockLocal != 0, NoYear: flags&clockNoYear != 0}
	c.Seconds, c.Nanos = r.Int(), int32(r.Int())
	if flags&clockBoot != 0 {
		c.Boot = int(r.Int())
	}
	var text [40]byte
	switch {
	case flags&clockMicro != 0:
		c.Step, c.Text = microStep, string(appendStamp(text[:0], c.Seconds, int64(c.Nanos)/1000, 6))
	case flags&clockNano != 0:
		c.Step, c.Text = nanoStep, string(appendStamp(text[:0], c.Seconds, int64(c.Nanos), 9))
	default:
		c.Step, c.Text = r.Float(), r.String()
	}
	return c
}

// appendStamp prints a time as gather prints that of a capture:
// 2006-01-02T15:04:05.000000Z, with so many decimals. It is what time.Format gives
// for the years 0 to 9999; others are not taken for short, since they differ.
func appendStamp(b []byte, seconds, fraction int64, decimals int) []byte {
	days := floorDiv(seconds, 86400)
	left := seconds - days*86400
	// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days.
	z := days + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day, month, year := doy-(153*mp+2)/5+1, mp+3, yoe+era*400
	if month > 12 {
		month, year = month-12, year+1
	}
	b = appendDigits(b, year, 4)
	b = appendDigits(append(b, '-'), month, 2)
	b = appendDigits(append(b, '-'), day, 2)
	b = appendDigits(append(b, 'T'), left/3600, 2)
	b = appendDigits(append(b, ':'), left/60%60, 2)
	b = appendDigits(append(b, ':'), left%60, 2)
	b = appendDigits(append(b, '.'), fraction, decimals)
	return append(b, 'Z')
}

func appendDigits(b []byte, n int64, digits int) []byte {
	at := len(b)
	for range digits {
		b = append(b, '0')
	}
	for i := at + digits - 1; i >= at; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func appendMark(t *pack.Table, b []byte, m *Mark) []byte {
	b = pack.AppendString(t, b, m.Input)
	return appendClock(t, binary.AppendVarint(b, int64(m.Frame)), m.Clock)
}

func readMark(r *pack.Reader) Mark {
	return Mark{Input: r.String(), Frame: int(r.Int()), Clock: readClock(r)}
}

// appendLen appends the length of a list, and tells nil from none.
func appendLen(b []byte, n int, isNil bool) []byte {
	if isNil {
		return append(b, 0)
	}
	return binary.AppendUvarint(b, uint64(n)+1)
}

func appendStrings(t *pack.Table, b []byte, list []string) []byte {
	b = appendLen(b, len(list), list == nil)
	for _, s := range list {
		b = pack.AppendString(t, b, s)
	}
	return b
}

func readStrings(r *pack.Reader) []string {
	n, ok := r.Len()
	if !ok {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = r.String()
	}
	return out
}

// AppendPacked appends the packed form, in which package pack keeps an event.
func (e *Event) AppendPacked(t *pack.Table, b []byte) []byte {
	for _, s := range [...]string{e.Kind, e.Place.Input, e.Dialect, e.Event, e.Phone, e.Address, e.Server, e.Text} {
		b = pack.AppendString(t, b, s)
	}
	for _, n := range [...]int{e.Place.Frame, e.Place.Line, e.Place.EndLine} {
		b = binary.AppendVarint(b, int64(n))
	}
	b = appendClock(t, b, e.Clock)
	b = appendLen(b, len(e.Detail), e.Detail == nil)
	for k, v := range e.Detail {
		b = pack.AppendString(t, pack.AppendString(t, b, k), v)
	}
	b = pack.AppendBool(b, e.Transfer != nil)
	if e.Transfer != nil {
		b = e.Transfer.append(t, b)
	}
	b = pack.AppendBool(b, e.TLS != nil)
	if e.TLS != nil {
		b = e.TLS.append(t, b)
	}
	return b
}

// ReadPacked reads what AppendPacked wrote.
func (e *Event) ReadPacked(r *pack.Reader) {
	for _, s := range [...]*string{&e.Kind, &e.Place.Input, &e.Dialect, &e.Event, &e.Phone, &e.Address, &e.Server, &e.Text} {
		*s = r.String()
	}
	for _, n := range [...]*int{&e.Place.Frame, &e.Place.Line, &e.Place.EndLine} {
		*n = int(r.Int())
	}
	e.Clock = readClock(r)
	if n, ok := r.Len(); ok {
		e.Detail = make(map[string]string, n)
		for range n {
			k := r.String()
			e.Detail[k] = r.String()
		}
	}
	if r.Bool() {
		e.Transfer = &Transfer{}
		e.Transfer.read(r)
	}
	if r.Bool() {
		e.TLS = &TLS{}
		e.TLS.read(r)
	}
}

func (x *Transfer) strings() [10]*string {
	return [...]*string{&x.Proto, &x.Op, &x.Client, &x.Server, &x.File, &x.Outcome, &x.SHA256, &x.MD5, &x.Error, &x.Object}
}

func (x *Transfer) append(t *pack.Table, b []byte) []byte {
	for _, s := range x.strings() {
		b = pack.AppendString(t, b, *s)
	}
	b = binary.AppendVarint(b, x.Bytes)
	b = pack.AppendBool(b, x.ErrorCode != nil)
	if x.ErrorCode != nil {
		b = binary.AppendVarint(b, int64(*x.ErrorCode))
	}
	b = pack.AppendBool(b, x.End != nil)
	if x.End != nil {
		b = appendMark(t, b, x.End)
	}
	return b
}

func (x *Transfer) read(r *pack.Reader) {
	for _, s := range x.strings() {
		*s = r.String()
	}
	x.Bytes = r.Int()
	if r.Bool() {
		code := int(r.Int())
		x.ErrorCode = &code
	}
	if r.Bool() {
		m := readMark(r)
		x.End = &m
	}
}

func (x *TLS) append(t *pack.Table, b []byte) []byte {
	for _, s := range x.strings() {
		b = pack.AppendString(t, b, *s)
	}
	b = binary.AppendVarint(b, int64(x.Stream))
	for _, f := range [...]bool{x.CertificateRequested, x.Resumed, x.Hidden} {
		b = pack.AppendBool(b, f)
	}
	b = appendStrings(t, appendStrings(t, b, x.ServerCertificates), x.ClientCertificates)
	b = appendLen(b, len(x.Syns), x.Syns == nil)
	for i := range x.Syns {
		b = appendMark(t, b, &x.Syns[i])
	}
	b = appendLen(b, len(x.Alerts), x.Alerts == nil)
	for i := range x.Alerts {
		a := &x.Alerts[i]
		b = appendMark(t, b, &a.Mark)
		for _, s := range [...]string{a.From, a.Level, a.Description} {
			b = pack.AppendString(t, b, s)
		}
		b = pack.AppendBool(binary.AppendVarint(b, int64(a.Code)), a.Encrypted)
	}
	b = appendLen(b, len(x.Marks), x.Marks == nil)
	for name, m := range x.Marks {
		b = appendMark(t, pack.AppendString(t, b, name), &m)
	}
	return b
}

func (x *TLS) strings() [9]*string {
	return [...]*string{&x.Client, &x.Server, &x.Service, &x.ClientVersion, &x.Version, &x.Cipher, &x.History, &x.Outcome, &x.ClosedBy}
}

func (x *TLS) read(r *pack.Reader) {
	for _, s := range x.strings() {
		*s = r.String()
	}
	x.Stream = int(r.Int())
	for _, f := range [...]*bool{&x.CertificateRequested, &x.Resumed, &x.Hidden} {
		*f = r.Bool()
	}
	x.ServerCertificates, x.ClientCertificates = readStrings(r), readStrings(r)
	if n, ok := r.Len(); ok {
		x.Syns = make([]Mark, n)
		for i := range x.Syns {
			x.Syns[i] = readMark(r)
		}
	}
	if n, ok := r.Len(); ok {
		x.Alerts = make([]Alert, n)
		for i := range x.Alerts {
			a := &x.Alerts[i]
			a.Mark = readMark(r)
			a.From, a.Level, a.Description = r.String(), r.String(), r.String()
			a.Code, a.Encrypted = int(r.Int()), r.Bool()
		}
	}
	if n, ok := r.Len(); ok {
		x.Marks = make(map[string]Mark, n)
		for range n {
			name := r.String()
			x.Marks[name] = readMark(r)
		}
	}
}
