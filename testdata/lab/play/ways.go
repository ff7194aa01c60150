package play

import (
	"sort"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/phone"
)

// A Way is how a phone that refuses its files can be brought back without
// touching it.
type Way struct {
	Kind    WayKind
	Address string // of the server
}

// WayKind names a way.
type WayKind string

// The ways.
const (
	Open     WayKind = "open"      // the server's list is accepted once every port answers
	Teach    WayKind = "teach"     // a TVS that the phone knows does not know the signer: it can be told
	OtherTo  WayKind = "tftp"      // another TFTP server has a list that the phone accepts
	LocalKey WayKind = "local key" // the servers own a key that is SAST in the phone's lists: utils itl reset, utils ctl reset
	Token    WayKind = "token"     // a USB token of the phone's CTL
)

// ways are the ways back of the phone with the lists that it holds now, by which
// it takes a new list of the kind. They follow from its table alone: what a server
// could be made to serve or to answer.
func (s *station) ways(o phone.Object) (out []Way) {
	at := s.w.end()
	server := s.server
	if server == nil {
		server = s.w.nodes[s.plan.TFTP[0]]
	}
	var nodes []*node
	for _, n := range s.w.nodes {
		nodes = append(nodes, n)
	}
	sort.Slice(nodes, func(i, k int) bool { return nodes[i].Address < nodes[k].Address })
	for _, n := range nodes {
		if n.Runs&TFTP == 0 {
			continue
		}
		f, vouch := n.itl(at), false
		if o == newCTL {
			if !n.cluster.Mixed {
				continue
			}
			f = n.cluster.ctl(at)
		}
		asked := append(append([]*node{}, s.group...), n)
		for _, t := range asked {
			if t.Runs&TVS == 0 || !s.KnowsTVS(t.cert(TVS, at, false)) {
				continue
			}
			if answered(s.w.roles(t, f.Signer, at), []byte{list.SAST}) == Vouched {
				vouch = true
			} else if n == server {
				out = append(out, Way{Teach, t.Address})
			}
		}
		kind := OtherTo
		if n == server {
			kind = Open
		}
		if s.Judge(o, f.Signer, func() bool { return vouch }).Accepted {
			out = append(out, Way{kind, n.Address})
		}
	}
	for _, n := range nodes {
		for _, c := range []Service{CallManager, ITLRecovery} {
			if c == ITLRecovery && n != n.cluster.publisher() || n.cluster.Release < 100 {
				continue
			}
			one := n.cert(c, at, false)
			for _, held := range []*list.File{s.ITL, s.CTL} {
				if held == nil {
					continue
				}
				for _, r := range held.Records {
					if r.Role == list.SAST && r.Cert == one {
						out = append(out, Way{LocalKey, n.Address})
					}
				}
			}
		}
		if s.CTL != nil && n.cluster.Tokens && n == n.cluster.publisher() {
			for _, r := range s.CTL.Records {
				if r.Cert == token(n.cluster.TokenID, 0) {
					out = append(out, Way{Token, n.Address})
				}
			}
		}
	}
	return out
}

// Back says whether there is a way of one of the kinds; none: of any.
func Back(ways []Way, kinds ...WayKind) bool {
	for _, w := range ways {
		if len(kinds) == 0 {
			return true
		}
		for _, k := range kinds {
			if w.Kind == k {
				return true
			}
		}
	}
	return false
}

// Last is the end of what happened to an object, nil when none was judged.
func (t *Truth) Last(o phone.Object) *Judgement { return t.last(o) }
