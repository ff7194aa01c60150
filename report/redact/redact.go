package redact

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"trustline/correlate"
)

// Options of Report.
type Options struct {
	Key     []byte // what pseudonyms are made with; nobody else may know it
	Serials bool   // serial numbers too
}

// Pair is one original and what stands for it, for whoever has to read a
// redacted report beside the case.
type Pair struct {
	Kind      string `json:"kind"`
	Original  string `json:"original"`
	Pseudonym string `json:"pseudonym"`
}

// The kinds of what is replaced, in the order in which they are told.
const (
	KindDevice  = "device"
	KindMAC     = "mac"
	KindIPv4    = "ipv4"
	KindIPv6    = "ipv6"
	KindHost    = "host"
	KindDomain  = "domain"
	KindSubject = "subject"
	KindUser    = "user"
	KindSerial  = "serial"
)

var kinds = []string{KindDevice, KindMAC, KindIPv4, KindIPv6, KindHost, KindDomain, KindSubject, KindUser, KindSerial}

// Report gives a copy of a report with pseudonyms in it, and what they stand
// for, sorted by kind and original. Redaction of the copy says how many.
func Report(r *correlate.Report, o Options) (*correlate.Report, []Pair) {
	x := &redactor{cipher: cipher{o.Key}, serials: o.Serials, cache: map[string]replaced{}, names: map[string]*known{}, byStart: map[string][]*known{},
		knownAddr: map[string]bool{}, knownMAC: map[[6]byte]bool{}, knownSerial: map[string]bool{}, pairs: map[Pair]int{}, taken: map[string]string{}}
	x.collect(r)
	out := x.copy(reflect.ValueOf(r), "", "").Interface().(*correlate.Report)
	out.Redaction = &correlate.Redaction{Kinds: []correlate.RedactedKind{}}
	distinct, times := map[string]int{}, map[string]int{}
	var pairs []Pair
	for p, n := range x.pairs {
		pairs = append(pairs, p)
		distinct[p.Kind]++
		times[p.Kind] += n
	}
	for _, k := range kinds {
		if distinct[k] > 0 || k != KindSerial || o.Serials {
			out.Redaction.Kinds = append(out.Redaction.Kinds, correlate.RedactedKind{Kind: k, Distinct: distinct[k], Count: times[k]})
		}
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(a.Original, b.Original), cmp.Compare(a.Pseudonym, b.Pseudonym))
	})
	return out, pairs
}

// redactor is one run over a report.
type redactor struct {
	cipher
	serials bool

	names       map[string]*known   // by the name in lower case
	byStart     map[string][]*known // those looked for in text, by their first letters, longest first
	knownAddr   map[string]bool
	knownMAC    map[[6]byte]bool
	knownSerial map[string]bool // without leading zeros

	cache map[string]replaced
	pairs map[Pair]int
	taken map[string]string // pseudonym -> original
}

// replaced is a text after redaction, with what was replaced in it.
type replaced struct {
	text string
	hits []Pair
}

// Fields whose words are the model's own, or that prove something and tell
// nothing of anybody.
var skipped = set(`Schema Kind SHA256 SHA1 MD5 ServedSHA1 ID Class Primary Confidence Registered Deletion ConsequenceOf Evidence Row State
	Stage Actor Event Outcome Firmware Model Functions Presented Signature Time TimeText NotBefore NotAfter Key Mode Service Services Bundle
	Quality Level Side Bound Action Status Origin Roles First Last AsOf`)

// Members of detail of the same sort, but for serials.
var skippedDetail = set(`sha1 sha256 md5 hash cipher not_before not_after version load firmware model history`)

var serialFields, serialDetail = set(`Serial Replaces`), set(`serial signer server_serial client_serial cert_serial`)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// copy makes the redacted copy of a value. field is the name of the field of the
// struct that it stands in, member that of the member of a map.
func (x *redactor) copy(v reflect.Value, field, member string) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(x.copy(v.Elem(), field, member))
		return out
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(x.copy(v.Elem(), field, member))
		return out
	case reflect.Struct:
		if r := reportOf(v); r != nil {
			return x.report(r)
		}
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		if v.Type() == reflect.TypeFor[correlate.Tool]() {
			return out
		}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Type() == reflect.TypeFor[correlate.Group]() && name == "Cause" { // the id of a finding
				continue
			}
			out.Field(i).Set(x.copy(v.Field(i), name, ""))
		}
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(x.copy(v.Index(i), field, member))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeMapWithSize(v.Type(), v.Len())
		for _, k := range v.MapKeys() {
			out.SetMapIndex(k, x.copy(v.MapIndex(k), "", k.String()))
		}
		return out
	case reflect.String:
		out := reflect.New(v.Type()).Elem()
		out.SetString(x.field(v.String(), field, member))
		return out
	}
	return v
}

// report copies the report itself, whose phones may be packed.
func (x *redactor) report(r *correlate.Report) reflect.Value {
	out := r.Fresh()
	from, to := reflect.ValueOf(r).Elem(), reflect.ValueOf(out).Elem()
	for i := range from.NumField() {
		switch f := from.Type().Field(i); {
		case !f.IsExported():
		case f.Name == "Tool":
			to.Field(i).Set(from.Field(i))
		case f.Name == "Phones":
			for _, p := range r.All() {
				out.Add(x.copy(reflect.ValueOf(p), f.Name, "").Interface().(*correlate.Phone))
			}
		default:
			to.Field(i).Set(x.copy(from.Field(i), f.Name, ""))
		}
	}
	return to
}

// field redacts the text of one field.
func (x *redactor) field(s, field, member string) string {
	switch {
	case s == "", skipped[field], skippedDetail[member]:
		return s
	case serialFields[field], serialDetail[member]:
		if x.serials && normSerial(s) != "" {
			return x.count(replaced{x.serial(s), []Pair{{KindSerial, normSerial(s), normSerial(x.serial(s))}}})
		}
		if isHex(s) {
			return s
		}
	case field == "Name" || field == "Node" || field == "Phone" || field == "Phones":
		if k := x.names[strings.ToLower(s)]; k != nil {
			return x.count(replaced{k.pseudonym, []Pair{{k.kind, s, k.pseudonym}}})
		}
	}
	r, ok := x.cache[s]
	if !ok {
		r = x.text(s, dnField(field, member))
		x.cache[s] = r
	}
	return x.count(r)
}

// dnField tells of a field that it holds a distinguished name and nothing else.
func dnField(field, member string) bool {
	return field == "Subject" || field == "Issuer" || member == "subject" || member == "issuer"
}

func (x *redactor) count(r replaced) string {
	for _, p := range r.hits {
		if p.Original != p.Pseudonym {
			x.pairs[p]++
		}
	}
	return r.text
}
