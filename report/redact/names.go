package redact

import (
	"cmp"
	"encoding/hex"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"trustline/correlate"
)

// known is a name that the report holds in a field or address of its own.
type known struct {
	kind, name, pseudonym string
}

// collect gathers everything that the report knows by name.
func (x *redactor) collect(r *correlate.Report) {
	for _, s := range r.Cluster.Servers {
		if s.Name != nil {
			x.host(*s.Name)
		}
	}
	for _, c := range r.Coverage {
		if c.Node != nil {
			x.host(*c.Node)
		}
	}
	for i := range r.Count() {
		x.device(r.Brief(i).Name)
	}
	for _, e := range r.Unassigned {
		x.device(e.Phone)
	}
	for _, g := range r.Groups {
		for _, p := range g.Phones {
			x.device(p)
		}
	}
	seen := map[string]bool{}
	x.walk(reflect.ValueOf(r), "", "", func(s, field, member string) {
		if serialFields[field] || serialDetail[member] {
			x.knownSerial[normSerial(s)] = true
			return
		}
		if skipped[field] || skippedDetail[member] || seen[s] {
			return
		}
		seen[s] = true
		x.learn(s, field, member)
	})
	delete(x.knownSerial, "")
	for _, k := range x.names {
		if searchable(k.name) {
			start := strings.ToLower(k.name[:3])
			x.byStart[start] = append(x.byStart[start], k)
		}
	}
	for _, list := range x.byStart {
		slices.SortFunc(list, func(a, b *known) int {
			return cmp.Or(cmp.Compare(len(b.name), len(a.name)), cmp.Compare(a.name, b.name))
		})
	}
}

// reportOf gives the report that a value is, nil when it is something else. Not
// all of its phones are in a field.
func reportOf(v reflect.Value) *correlate.Report {
	if v.Type() == reflect.TypeFor[correlate.Report]() {
		return v.Addr().Interface().(*correlate.Report)
	}
	return nil
}

// walk visits every text of a value.
func (x *redactor) walk(v reflect.Value, field, member string, f func(s, field, member string)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			x.walk(v.Elem(), field, member, f)
		}
	case reflect.Struct:
		r := reportOf(v)
		for i := range v.NumField() {
			if r != nil && !v.Type().Field(i).IsExported() {
				continue
			}
			if r != nil && v.Type().Field(i).Name == "Phones" {
				for _, p := range r.All() {
					x.walk(reflect.ValueOf(p), "Phones", "", f)
				}
				continue
			}
			x.walk(v.Field(i), v.Type().Field(i).Name, "", f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			x.walk(v.Index(i), field, member, f)
		}
	case reflect.Map:
		keys := v.MapKeys() // in order: a name is what it is met as first
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			x.walk(v.MapIndex(k), "", k.String(), f)
		}
	case reflect.String:
		f(v.String(), field, member)
	}
}

// userMember and hostMember are members of detail that name somebody.
var (
	userMember = set(`user userid user_id username owner login`)
	hostMember = set(`host hostname server_name node domain dns_name cluster`)
)

// learn gathers the names that a text holds where it says that they are.
func (x *redactor) learn(s, field, member string) {
	switch {
	case userMember[member]:
		x.user(s)
	case hostMember[member] && !strings.ContainsAny(s, " \t/:"):
		x.host(s)
	}
	for _, a := range attributes(s, dnField(field, member)) {
		x.attribute(a.key, s[a.from:a.to])
	}
	for _, m := range softFile.FindAllStringSubmatch(s, -1) {
		x.device(m[1])
	}
	for _, m := range userPattern.FindAllStringSubmatch(s, -1) {
		x.user(m[1])
	}
	for _, m := range mailPattern.FindAllStringSubmatch(s, -1) {
		x.user(m[1])
	}
	for _, m := range hostPattern.FindAllStringIndex(s, -1) {
		if isHost(s, m[0], m[1]) {
			x.fqdn(s[m[0]:m[1]])
		}
	}
	for _, m := range macPattern.FindAllString(s, -1) {
		if mac, ok := parseMAC(m); ok {
			x.knownMAC[mac] = true
		}
	}
	for _, m := range sepPattern.FindAllStringSubmatch(s, -1) {
		if mac, ok := parseMAC(m[1]); ok {
			x.knownMAC[mac] = true
		}
	}
	for _, m := range ip4Pattern.FindAllStringIndex(s, -1) {
		if a, err := netip.ParseAddr(s[m[0]:m[1]]); err == nil && apart(s, m[0], m[1], ".") {
			x.knownAddr[a.String()] = true
		}
	}
}

// searchable tells that a name can be looked for in prose: short ones and words
// of the product are found everywhere.
func searchable(name string) bool {
	return len(name) >= 3 && strings.ContainsFunc(name, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 }) && !isCommon(name)
}

// add makes a name known. The first kind that it is met as is its kind.
func (x *redactor) add(kind, name string, pseudonym func(low string) string) string {
	low := strings.ToLower(name)
	if k := x.names[low]; k != nil {
		return k.pseudonym
	}
	k := &known{kind, name, pseudonym(low)}
	x.names[low] = k
	return k.pseudonym
}

// fresh is a prefix with a word that stands for no other name.
func (x *redactor) fresh(prefix, low string, digits int) string {
	for ; ; digits += 2 {
		p := prefix + x.word("name", low, digits)
		if other, ok := x.taken[p]; !ok || other == low || digits > 32 {
			x.taken[p] = low
			return p
		}
	}
}

// host gives the pseudonym of a host name, with or without a domain.
func (x *redactor) host(name string) string {
	name = strings.TrimSuffix(strings.TrimSpace(name), ".")
	if _, err := netip.ParseAddr(name); err == nil || name == "" || isCommon(name) || vendor(name) {
		return name
	}
	if strings.Contains(name, ".") {
		return x.fqdn(name)
	}
	if whole := sepPattern.FindString(name); whole == name {
		return x.device(name)
	}
	return x.add(KindHost, name, func(low string) string { return x.fresh("host-", low, 6) })
}

// fqdn gives the pseudonym of a name with dots: of host and domain by
// themselves, so that the short name is seen to be the same host.
func (x *redactor) fqdn(name string) string {
	name = strings.TrimSuffix(name, ".")
	if vendor(name) {
		return name
	}
	first, rest, ok := strings.Cut(name, ".")
	if !ok {
		return x.host(name)
	}
	if !strings.Contains(rest, ".") && isDomain(rest) {
		return x.add(KindDomain, name, func(low string) string { return x.fresh("domain-", low, 6) + ".invalid" })
	}
	domain := x.add(KindDomain, rest, func(low string) string { return x.fresh("domain-", low, 6) + ".invalid" })
	if first == "*" || first == "" {
		return first + "." + domain
	}
	host := first
	if m := sepPattern.FindString(first); m == first {
		host = x.device(first)
	} else if !isCommon(first) {
		host = x.host(first)
	}
	return x.add(KindHost, name, func(string) string { return host + "." + domain })
}

func isDomain(label string) bool {
	label = strings.ToLower(label)
	return domains[label] || len(label) == 2 && !extensions[label] && strings.Trim(label, "abcdefghijklmnopqrstuvwxyz") == ""
}

func (x *redactor) user(name string) string {
	low := strings.ToLower(name)
	switch low {
	case "", "null", "(null)", "none", "unknown", "user", "admin", "administrator", "root", "yes", "no", "true", "false":
		return name
	}
	if m := sepPattern.FindString(name); m != "" || netipOf(name) {
		return name // found as what it is
	}
	return x.add(KindUser, name, func(low string) string { return x.fresh("user-", low, 8) })
}

func netipOf(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// device gives the pseudonym of a device name. Names of hardware phones are
// found in every text by their form; those of Jabber hold the user's name.
func (x *redactor) device(name string) string {
	name = strings.TrimSpace(name)
	if name == "" || netipOf(name) || strings.ContainsAny(name, " /") {
		return name // "phone of console.log": no name of a device, its words are looked at as any
	}
	if m := sepPattern.FindStringSubmatch(name); m != nil && m[0] == name {
		mac, _ := parseMAC(m[1])
		return name[:len(name)-12] + inName(hex.EncodeToString(slice(x.mac(mac))), name)
	}
	if m := ip4Pattern.FindString(name); m != "" {
		return name // a phone that is known by its address alone
	}
	if soft(name) {
		out := x.add(KindDevice, name, func(low string) string { return strings.ToUpper(name[:3]) + strings.ToUpper(x.word("device", low, 8)) })
		if user := name[3:]; len(user) >= 4 {
			x.user(user)
		}
		return out
	}
	return x.add(KindDevice, name, func(low string) string { return x.fresh("device-", low, 8) })
}

func slice(m [6]byte) []byte { return m[:] }

// soft knows the names that CUCM gives to clients without a MAC address.
func soft(name string) bool {
	return len(name) > 3 && len(name) <= 15 && slices.Contains([]string{"CSF", "TCT", "BOT", "TAB"}, strings.ToUpper(name[:3]))
}

// attribute gives the pseudonym of one value of a distinguished name.
func (x *redactor) attribute(key, v string) string {
	if v == "" || public.MatchString(v) {
		return v
	}
	switch strings.ToUpper(key) {
	case "CN", "UID", "DNSNAME":
		return x.commonName(v)
	case "C":
		s := x.sum("country", []byte(strings.ToUpper(v)))
		return "X" + string(rune('A'+s[0]%26)) // user-assigned in ISO 3166
	case "DC":
		return x.part("dc-", v)
	case "OU":
		return x.part("unit-", v)
	case "O":
		return x.part("org-", v)
	case "SERIALNUMBER":
		if m := sepPattern.FindString(v); m != "" || strings.Contains(v, "PID:") && !x.serials {
			return v // "PID:CP-8851 SN:FCH...": a serial, on request
		}
		return x.part("number-", v)
	case "EMAILADDRESS", "E":
		if user, domain, ok := strings.Cut(v, "@"); ok {
			return x.user(user) + "@" + x.fqdn(domain)
		}
	}
	return x.part("place-", v)
}

// part is an organisational part of a name.
func (x *redactor) part(prefix, v string) string {
	if isCommon(v) {
		return v
	}
	return x.add(KindSubject, v, func(low string) string { return x.fresh(prefix, low, 6) })
}

// commonName keeps what the product puts into a name, and replaces the rest.
func (x *redactor) commonName(v string) string {
	if isCommon(v) || public.MatchString(v) || netipOf(v) {
		return v
	}
	if m := sepPattern.FindStringIndex(v); m != nil {
		return v // CP-7970G-SEP...: found in every text
	}
	if m := product.FindStringSubmatch(v); m != nil {
		if isHex(m[2]) {
			return x.add(KindSubject, v, func(low string) string {
				w := x.word("name", low, 2*((min(len(m[2]), 32)+1)/2))
				return m[1] + matchCase(w[:min(len(m[2]), len(w))], m[2])
			})
		}
		rest := x.commonName(m[2])
		return x.add(KindSubject, v, func(string) string { return m[1] + rest })
	}
	if m := suffix.FindStringSubmatch(v); m != nil {
		base := x.commonName(m[1])
		return x.add(KindSubject, v, func(string) string { return base + m[2] })
	}
	if strings.ContainsAny(v, " \t") {
		return x.add(KindSubject, v, func(low string) string { return x.fresh("cn-", low, 6) })
	}
	return x.host(v)
}

// attr is the value of an attribute within a text.
type attr struct {
	key      string
	from, to int
}

var attrPattern = regexp.MustCompile(`(?i)(?:^|[^a-z0-9.])(CN|OU|O|L|ST|C|DC|EMAILADDRESS|E|UID|serialNumber|street|postalCode)\s?=\s?"?`)

// attributes finds the parts of distinguished names in a text, in any of the
// notations CN=a;O=b, CN=a, O=b and /O=b/CN=a. In prose a value ends at a sign
// that separates, and a common name at a blank, as does what is too long to be
// the name of an organisation or place; in a field that is nothing but a
// name, where the next part begins.
func attributes(s string, whole bool) []attr {
	if !strings.Contains(s, "=") {
		return nil
	}
	found := attrPattern.FindAllStringSubmatchIndex(s, -1)
	var out []attr
	for i, m := range found {
		key, from, to := strings.ToUpper(s[m[2]:m[3]]), m[1], len(s)
		if i+1 < len(found) {
			to = found[i+1][0]
		}
		end := strings.IndexAny(s[from:to], "\";'<>|]\n\r\t")
		if !whole {
			if n := strings.IndexAny(s[from:to], ",/)"); n >= 0 && (end < 0 || n < end) {
				end = n
			}
		}
		if end >= 0 {
			to = from + end
		}
		v := strings.TrimRight(s[from:to], " ,/+;")
		organisation := key == "OU" || key == "O" || key == "L" || key == "ST"
		if words := strings.Count(v, " ") + 1; !whole && (!organisation || words > 4) && !public.MatchString(v) {
			v, _, _ = strings.Cut(v, " ")
			v = strings.TrimRight(v, ":.")
		}
		letters := strings.ContainsFunc(v, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 })
		switch {
		case v == "", key == "C" && (len(v) != 2 || !letters), !letters && key != "CN" && key != "SERIALNUMBER", key == "E" && !strings.Contains(v, "@"):
			continue
		}
		out = append(out, attr{key, from, from + len(v)})
	}
	return out
}
