package play

import (
	"crypto"
	"crypto/sha256"
	"fmt"
	"time"

	"trustline/testdata/lab/config"
	"trustline/testdata/lab/list"
	"trustline/testdata/lab/wire"
	"trustline/testdata/lab/x509"
)

// node is a server while the plan is played.
type node struct {
	Node
	cluster *cluster
	host    *wire.Host
	traces  map[string]*trace
	fds     int
}

type cluster struct {
	Cluster
	nodes []*node
	lists map[string]*list.File
}

// installed is when the servers of a release made their first certificates.
func (c *cluster) installed() time.Time {
	y := map[Release]int{80: 2010, 91: 2012, 105: 2015, 115: 2017, 125: 2019, 140: 2021}[c.Release]
	if y == 0 {
		y = 2009
	}
	return time.Date(y, 10, 9, 17, 22, 8, 0, EDT)
}

func (c *cluster) publisher() *node { return c.nodes[0] }

var serviceNames = map[Service]string{CallManager: "CallManager", TVS: "TVS", CAPF: "CAPF", Tomcat: "tomcat", ITLRecovery: "ITLRecovery"}

// cert is the certificate that a service of the node presents at a time; listed:
// the one that TFTP knows of, which differs when TFTP was not restarted.
func (n *node) cert(s Service, at time.Time, listed bool) *x509.Certificate {
	c := n.cluster
	host, from, generation := n.Name, c.installed(), 0
	to := time.Time{}
	for i, h := range c.History {
		if h.Node != n.Name || (h.What != Regenerate && h.What != Rename && h.What != Expire) {
			continue
		}
		own := h.What == Rename && s != CAPF && s != ITLRecovery || h.Service&s != 0
		if h.What == Expire {
			if h.Service&s != 0 && h.At.After(from) && to.IsZero() {
				to = h.At
			}
			continue
		}
		if !own || h.At.After(at) || listed && h.Stale && !c.restarted(h.At, at) {
			continue
		}
		if h.What == Rename {
			host = h.Name
		}
		from, generation, to = h.At, i+1, time.Time{}
	}
	subject, bits, digest := "CN="+host+c.dn(), 1024, crypto.SHA1
	switch s {
	case TVS:
		bits = 2048
	case CAPF:
		subject = "CN=CAPF-" + suffix(fmt.Sprint(c.Name, n.Name, generation)) + c.dn()
	case ITLRecovery:
		subject, bits = "CN=ITLRECOVERY_"+host+c.dn(), 2048
	}
	if c.Release >= 105 {
		digest = crypto.SHA256
	}
	if to.IsZero() {
		to = from.Add(5 * year)
	}
	return server(fmt.Sprintf("%s/%s/%s/%d", c.Name, n.Name, serviceNames[s], generation), subject, bits, digest, from, to)
}

// suffix is the random part of a CAPF name.
func suffix(seed string) string {
	h := sha256.Sum256([]byte(seed))
	return fmt.Sprintf("%x", h[:4])
}

func (c *cluster) dn() string { return ";OU=VOICE;O=Example;L=RTP;ST=NC;C=US" }

// restarted says whether TFTP was restarted between two times.
func (c *cluster) restarted(from, to time.Time) bool {
	for _, h := range c.History {
		if h.What == RestartTFTP && h.At.After(from) && !h.At.After(to) {
			return true
		}
	}
	return false
}

// latest is the last change of the kinds before a time, zero for none.
func (c *cluster) latest(at time.Time, kinds ...What) (last Change) {
	for _, h := range c.History {
		for _, k := range kinds {
			if h.What == k && !h.At.After(at) {
				last = h
			}
		}
	}
	return last
}

// listed is when the lists of a time were made.
func (c *cluster) listed(at time.Time) time.Time {
	t := c.installed().Add(10 * time.Minute)
	for _, h := range c.History {
		if h.What != UpdateCTL && h.What != Expire && !h.At.After(at) && (!h.Stale || h.What == RestartTFTP) {
			t = h.At.Add(19 * time.Second)
		}
	}
	return t
}

// serverRole is the function of the TFTP record.
func (c *cluster) serverRole() uint16 {
	if c.Mixed {
		return list.CCMTFTP
	}
	return list.TFTP
}

// itl is the list that the node serves at a time.
func (n *node) itl(at time.Time) *list.File {
	c := n.cluster
	at = c.listed(at)
	id := fmt.Sprint("itl/", n.Name, at.Unix())
	if f := c.lists[id]; f != nil {
		return f
	}
	manager, pub := n.cert(CallManager, at, true), c.publisher()
	anchors := []*x509.Certificate{manager}
	if c.Release >= 105 {
		anchors = append(anchors, pub.cert(ITLRecovery, at, true))
	}
	if c.Release >= 120 {
		anchors = []*x509.Certificate{anchors[1], pub.cert(CallManager, at, true)}
	}
	signer := anchors[0]
	if reset := c.latest(at, ResetLocalKey, RestartTFTP); reset.What == ResetLocalKey && !reset.At.IsZero() && len(anchors) > 1 {
		signer = anchors[1]
	}
	if r := c.latest(at, Restore); !r.At.IsZero() && r.Node == n.Name {
		signer = server(c.Name+"/"+n.Name+"/restored", "CN="+n.Name+c.dn(), 1024, crypto.SHA1, c.installed().Add(-year), c.installed().Add(4*year))
	}
	f := &list.File{Version: [2]byte{1, 2}, Name: "ITLFile.tlv", Signer: signer, Time: at}
	for _, a := range anchors {
		f.Records = append(f.Records, list.Full(list.SAST, a, n.Name))
	}
	b := c.latest(at, Rollback, RollbackEnd)
	blank := !b.At.IsZero() && b.What == Rollback
	if blank {
		f.Records = append(f.Records, list.Emptied(c.serverRole(), n.Name, nil))
	} else {
		f.Records = append(f.Records, list.Full(c.serverRole(), manager, n.Name))
	}
	for _, m := range c.nodes {
		if m.Runs&TVS == 0 {
			continue
		}
		if blank {
			f.Records = append(f.Records, list.Emptied(list.TVS, m.Name, nil))
		} else {
			f.Records = append(f.Records, list.HashOnly(list.TVS, m.cert(TVS, at, true), m.Name))
		}
	}
	for _, m := range c.nodes {
		if m.Runs&CAPF != 0 {
			f.Records = append(f.Records, list.HashOnly(list.CAPF, m.cert(CAPF, at, true), m.Name))
			break
		}
	}
	c.lists[id] = f
	return f
}

// ctl is the list of the cluster at a time, made anew by [UpdateCTL] alone.
func (c *cluster) ctl(at time.Time) *list.File {
	made := c.installed().Add(time.Hour)
	if u := c.latest(at, UpdateCTL); !u.At.IsZero() {
		made = u.At
	}
	id := fmt.Sprint("ctl/", made.Unix())
	if f := c.lists[id]; f != nil {
		return f
	}
	f := &list.File{Version: [2]byte{1, 2}, Name: "CTLFile.tlv", Time: made}
	pub := c.publisher()
	server := func(role uint16, x *x509.Certificate, n *node) list.Record {
		return list.Client(role, x, n.Address, n.host.IP.AsSlice())
	}
	if c.Tokens {
		for i := range 2 {
			t := token(c.TokenID, i)
			r := list.Client(list.SAST, t, "", []byte{0, 0, 0, 0})
			r.Subject, r.Issuer = tokenName(t), tokenIssuer
			f.Records = append(f.Records, r)
		}
		f.Signer = token(c.TokenID, 0)
		f.SignerName, f.IssuerName = tokenName(f.Signer), tokenIssuer
	} else {
		server = func(role uint16, x *x509.Certificate, n *node) list.Record {
			r := list.Full(role, x, n.Name)
			r.IP = n.host.IP.AsSlice()
			return r
		}
		anchors := []*x509.Certificate{pub.cert(CallManager, made, false)}
		if c.Release >= 105 {
			anchors = append(anchors, pub.cert(ITLRecovery, made, false))
		}
		if c.Release >= 120 {
			anchors[0], anchors[1] = anchors[1], anchors[0]
		}
		f.Signer = anchors[0]
		for _, a := range anchors {
			f.Records = append(f.Records, server(list.SAST, a, pub))
		}
	}
	for _, n := range c.nodes {
		if n.Runs&(CallManager|TFTP) != 0 {
			f.Records = append(f.Records, server(list.CCMTFTP, n.cert(CallManager, made, false), n))
		}
	}
	for _, n := range c.nodes {
		if n.Runs&CAPF != 0 {
			f.Records = append(f.Records, server(list.CAPF, n.cert(CAPF, made, false), n))
			break
		}
	}
	c.lists[id] = f
	return f
}

// config is the phone's file as the node makes it at a time.
func (n *node) config(p *Phone, group []string, at time.Time) *list.File {
	c := config.Phone{Group: group, Load: load(p), Directory: "https://" + group[0] + ":8443/ccmcip/xmldirectory.jsp",
		Protocol: p.Protocol, Security: 1, AuthMode: p.AuthMode, CAPF: n.cluster.publisher().Address,
		Stamp: fmt.Sprintf("%d-6d0e3f0b-1a5c-4a55-9b0c-3f1d2f7c8e11", n.cluster.listed(at).Unix())}
	switch {
	case p.Encrypted:
		c.Security = 3
	case p.Secure:
		c.Security = 2
	}
	f := config.Signed(p.Name+".cnf.xml.sgn", c, n.cert(CallManager, at, true), n.cluster.listed(at).Add(time.Second), 0)
	if r := n.cluster.latest(at, Restore); !r.At.IsZero() && r.Node == n.Name {
		f.Signer = n.itl(at).Signer
	}
	if n.cluster.Hash512 {
		f.Digest = list.SHA512
	}
	return f
}

func load(p *Phone) string {
	switch {
	case p.Era == SECD && p.Protocol == "SIP":
		return "SIP70.9-3-1SR2-1S"
	case p.Era == SECD:
		return "SCCP70.9-3-1SR2-1S"
	}
	return "sip88xx.12-5-1SR3-74"
}

// roles is what TVS on the node knows of a certificate at a time, nil for nothing.
func (w *world) roles(n *node, c *x509.Certificate, at time.Time) []byte {
	for name, other := range w.clusters {
		own := other == n.cluster
		if !own && !contains(n.cluster.Imports, name) {
			continue
		}
		for _, m := range other.nodes {
			if c == m.cert(CallManager, at, false) && !(own && n.cluster.Forgets&CallManager != 0) {
				if own && n.cluster.NoRole {
					return []byte{byte(other.serverRole())}
				}
				return []byte{list.SAST, byte(other.serverRole())}
			}
			if c == m.cert(Tomcat, at, false) && !(own && n.cluster.Forgets&Tomcat != 0) {
				return []byte{7}
			}
		}
		if other.Release >= 105 && c == other.publisher().cert(ITLRecovery, at, false) && !(own && n.cluster.Forgets&ITLRecovery != 0) {
			return []byte{list.SAST}
		}
		if own && other.Mixed && other.Tokens && (c == token(other.TokenID, 0) || c == token(other.TokenID, 1)) {
			return []byte{list.SAST}
		}
	}
	return nil
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}
