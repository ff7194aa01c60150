package correlate

import (
	"maps"
	"slices"
	"strings"
	"time"

	"trustline/correlate/evidence"
)

// Roles of a server's certificate, by the file that CUCM keeps it in.
const (
	roleTVS         = "TVS"
	roleCallManager = "CallManager"
	roleCAPF        = "CAPF"
	roleRecovery    = "ITLRecovery"
	roleTomcat      = "Tomcat"
)

// identity is one certificate, whether its bytes are in evidence, a list names
// it, or a node printed it. The certificates of a node mostly share one name, so
// only the role tells which replaced which.
type identity struct {
	key                   string
	subject, serial, sha1 string
	notBefore             time.Time
	dated                 bool
	named                 time.Time // a list of this date names it: it is no younger; zero when none tells
	roles                 []string
	printed               *entry // the listing that shows it
}

func (i *identity) roleNames() []string { return append([]string{}, i.roles...) }

func (i *identity) add(role string) {
	if role != "" && !slices.Contains(i.roles, role) {
		i.roles = append(i.roles, role)
		slices.Sort(i.roles)
	}
}

// identities are the certificates of a case, in the order of their keys.
type identities struct {
	by   map[string]*identity
	list []*identity
}

// of finds a certificate by name and serial number, which every source prints.
func (ids *identities) of(subject, serial, sha1 string) *identity {
	key := normDN(subject) + "\x00" + normSerial(serial)
	if normSerial(serial) == "" {
		key = normDN(subject) + "\x00#" + sha1
	}
	i := ids.by[key]
	if i == nil {
		i = &identity{key: key, subject: subject, serial: normBytes(serial)}
		ids.by[key] = i
	}
	i.sha1 = firstOf(i.sha1, sha1)
	return i
}

func (i *identity) born(notBefore string) {
	if t, slack, ok := listDate(notBefore); ok && slack == 0 && !i.dated {
		i.notBefore, i.dated = t, true
	}
}

// identities gathers the certificates of the case with their roles: from the
// records of lists, from the ports they were presented at, and from the names
// under which nodes printed them.
func (k *kase) identities(s *seen) *identities {
	ids := &identities{by: map[string]*identity{}}
	for _, id := range slices.Sorted(maps.Keys(k.certBy)) {
		c := k.certBy[id]
		i := ids.of(c.Subject, c.Serial, c.SHA1)
		i.born(c.NotBefore)
		i.add(nameRole(c.Subject))
	}
	for _, l := range k.lists {
		made, slack, ok := listDate(l.l.Modified)
		made = made.Add(slack)
		for j := range l.l.Records {
			r := &l.l.Records[j]
			if r.Subject == "" {
				continue
			}
			i := ids.of(r.Subject, r.Serial, r.SHA1)
			i.add(recordRole(r))
			if ok && (i.named.IsZero() || made.Before(i.named)) {
				i.named = made
			}
		}
	}
	for id, roles := range s.roles {
		c := k.cert(id)
		for role := range roles {
			ids.of(c.Subject, c.Serial, c.SHA1).add(role)
		}
	}
	for _, n := range s.printed {
		i := ids.of(n.detail("subject"), n.detail("serial"), "")
		i.born(n.detail("not_before"))
		i.add(fileRole(n.detail("name")))
		i.add(nameRole(n.detail("subject")))
		i.printed = n
	}
	for _, i := range ids.by {
		ids.list = append(ids.list, i)
	}
	slices.SortFunc(ids.list, func(a, b *identity) int { return strings.Compare(a.key, b.key) })
	return ids
}

// nameRole knows the names that CUCM gives to CAPF's and the recovery certificate.
func nameRole(dn string) string {
	switch {
	case capfName(dn):
		return roleCAPF
	case strings.HasPrefix(strings.ToUpper(commonName(dn)), "ITLRECOVERY"):
		return roleRecovery
	}
	return ""
}

// recordRole reads the role off a list's record. SAST alone says nothing: before
// release 12 the CallManager certificate holds it, later ITLRecovery, or a token.
func recordRole(r *evidence.Record) string {
	switch {
	case hasFunction(r, "TVS"):
		return roleTVS
	case hasFunction(r, "CAPF"):
		return roleCAPF
	case hasFunction(r, "CCM", "TFTP"):
		return roleCallManager
	}
	return nameRole(r.Subject)
}

// portRole says which certificate CUCM presents at a port.
func portRole(t *evidence.TLS) string {
	switch t.Service {
	case "tvs":
		return roleTVS
	case "capf":
		return roleCAPF
	case "sccp-tls", "sip-tls":
		return roleCallManager
	}
	switch portOf(t.Server) {
	case "6971":
		return roleCallManager
	case "6972", "8443":
		return roleTomcat
	}
	return ""
}

// fileRole reads the name under which the administration page or CLI lists a
// node's own certificate: "CallManager", "TVS.pem", "tomcat/tomcat.pem".
func fileRole(name string) string {
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	name = strings.TrimSuffix(name, ".pem")
	for _, r := range []string{roleTVS, roleCallManager, roleCAPF, roleRecovery, roleTomcat} {
		if strings.EqualFold(name, r) {
			return r
		}
	}
	return ""
}

// replacement is a certificate that took the place of another of the same name
// and role.
type replacement struct {
	role     string
	old, new *identity
}

// replacements pairs the certificates of one name and role in the order in which
// they were made. One whose dates are not in evidence counts as the former when a
// list names it that is older than the other.
func (ids *identities) replacements() []replacement {
	type place struct{ name, role string }
	by := map[place][]*identity{}
	var order []place
	for _, i := range ids.list {
		for _, role := range i.roles {
			p := place{normDN(i.subject), role}
			if by[p] == nil {
				order = append(order, p)
			}
			by[p] = append(by[p], i)
		}
	}
	var out []replacement
	for _, p := range order {
		var dated, rest []*identity
		for _, i := range by[p] {
			if i.dated {
				dated = append(dated, i)
			} else {
				rest = append(rest, i)
			}
		}
		slices.SortStableFunc(dated, func(a, b *identity) int { return a.notBefore.Compare(b.notBefore) })
		for n, i := range dated {
			if n > 0 {
				if i.notBefore.After(dated[n-1].notBefore) {
					out = append(out, replacement{p.role, dated[n-1], i})
				}
				continue
			}
			for _, old := range rest {
				if !old.named.IsZero() && old.named.Before(i.notBefore) {
					out = append(out, replacement{p.role, old, i})
				}
			}
		}
	}
	return out
}
