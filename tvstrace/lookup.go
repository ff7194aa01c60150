package tvstrace

import (
	"slices"
	"strings"
)

// lookup takes the lines of a search in the caches.
func (x *session) lookup(r *record, line int, name string) {
	q := x.open(r, line)
	switch name {
	case "tvs_issuer", "tvs_serial":
		if q.kind == "" {
			q.kind = "verify"
		}
		e := x.make(r, line, name)
		x.about(e, q)
		if name == "tvs_issuer" {
			q.issuer = e.Detail["issuer"]
		} else {
			q.serial = e.Detail["serial"]
		}
		x.send(e)
	case "etoken":
		// Printed between the issuer and the serial of the question.
		q.etoken = true
		e := x.make(r, line, name)
		x.about(e, q)
		if x.pending == nil {
			x.send(e)
		} else {
			x.behind = append(x.behind, e)
		}
	case "tvs_cert_lookup":
		e := x.make(r, line, name)
		x.about(e, q)
		serial, issuer := splitKey(e.Detail["key"])
		delete(e.Detail, "key")
		if serial != "" {
			e.Detail["serial"], e.Detail["issuer"] = serial, issuer
			if q.serial == "" {
				q.serial = serial
			}
			if q.issuer == "" {
				q.issuer = issuer
			}
		}
		if c := e.Detail["cache"]; !slices.Contains(q.caches, c) {
			q.caches = append(q.caches, c)
		}
		x.hold(e)
	case "tvs_cert_found", "tvs_cert_role":
		x.hit(r, line, name, q)
	case "tvs_cache_miss":
		q.misses++
		e := x.make(r, line, name)
		x.about(e, q)
		q.last = e.Text
		if c := e.Detail["cache"]; !slices.Contains(q.caches, c) {
			q.caches = append(q.caches, c)
		}
		x.send(e)
	case "tvs_cert_not_found":
		q.denied = true
		e := x.make(r, line, name)
		x.about(e, q)
		q.last = e.Text
		x.send(e)
	}
}

// hit takes the lines that report a certificate in a cache: one event, which
// takes over the lookup that led to it.
func (x *session) hit(r *record, line int, name string, q *query) {
	cache := cacheOf(string(r.m.Get("cache")))
	if e := x.pending; e == nil || e.Name != "tvs_cert_found" || e.Detail["cache"] != cache {
		f := x.make(r, line, "tvs_cert_found")
		x.about(f, q)
		if e != nil && e.Name == "tvs_cert_lookup" && e.Detail["cache"] == cache {
			for k, v := range e.Detail {
				f.Detail[k] = v
			}
			x.pending = nil
		}
		delete(f.Detail, "role")
		x.hold(f)
	}
	e := x.pending
	q.last = e.Text
	if c := r.m.Get("compare"); c != nil {
		e.Detail["compare"] = string(c)
		if string(c) != "0" {
			q.different = true
			return
		}
	}
	if role := r.m.Get("role"); role != nil {
		q.roles = append(q.roles, string(role))
		e.Detail["roles"] = strings.Join(q.roles, ",")
	}
	q.found = true
	e.EndLine = line
}

// splitKey cuts the key of the caches, serial and issuer without a separator
// ("...CD4CN=cucmpub9;OU=TAC"), before the first attribute of the name. Serials
// have whole bytes, which decides between DC= and C= behind a digit D.
func splitKey(key string) (serial, issuer string) {
	eq := strings.IndexByte(key, '=')
	if eq < 0 {
		return "", ""
	}
	for _, attr := range [...]string{"EMAILADDRESS", "SERIALNUMBER", "STREET", "UID", "CN", "OU", "DC", "ST", "SN", "O", "L", "C", "E"} {
		at := eq - len(attr)
		if at < 0 || !strings.EqualFold(key[at:eq], attr) {
			continue
		}
		s := strings.TrimSpace(key[:at])
		if s == "" || len(s)%2 != 0 || strings.Trim(s, "0123456789abcdefABCDEF") != "" {
			continue
		}
		return strings.ToLower(s), key[at:]
	}
	return "", ""
}
