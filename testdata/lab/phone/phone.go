package phone

import (
	"bytes"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/x509"
)

// A Phone holds lists and remembers what TVS said.
type Phone struct {
	CTL, ITL *list.File
	Old      bool // a model without Security By Default
	cache    map[string]bool
}

// A Look is one step taken and whether it found the signer.
type Look struct {
	Step Step
	Hit  bool
}

// A Decision is the end of a judgement and the way to it.
type Decision struct {
	Accepted bool
	Looks    []Look
}

// By returns the step that accepted, or nothing.
func (d Decision) By() Step {
	if !d.Accepted {
		return ""
	}
	return d.Looks[len(d.Looks)-1].Step
}

// State names what the phone holds.
func (p *Phone) State() State {
	switch {
	case p.Old && p.CTL == nil:
		return OldNone
	case p.Old:
		return OldCTL
	case p.CTL == nil && p.ITL == nil:
		return None
	case p.ITL == nil:
		return CTLOnly
	case blank(p.ITL) && p.CTL == nil:
		return BlankITL
	case blank(p.ITL):
		return CTLBlankITL
	case p.CTL == nil:
		return ITLOnly
	}
	return Both
}

// blank says whether no record vouches for TVS or TFTP.
func blank(f *list.File) bool {
	for _, r := range f.Records {
		if (r.Role == list.TVS || r.Role == list.TFTP || r.Role == list.CCMTFTP) && r.Serial != nil {
			return false
		}
	}
	return true
}

// Judge takes the steps of the table. ask puts the question to the TVS servers,
// in their order, and says whether one of them vouched; it may be nil when the
// caller knows that the table does not get there.
func (p *Phone) Judge(o Object, signer *x509.Certificate, ask func() bool) Decision {
	var d Decision
	for _, s := range Table[p.State()][o] {
		var hit bool
		switch s {
		case Blind:
			hit = true
		case InCTL:
			hit = holds(p.CTL, signer, roles[o][s])
		case InITL:
			hit = holds(p.ITL, signer, roles[o][s])
		case InCache:
			hit = p.cache[string(signer.SHA1())]
		case AtTVS:
			if hit = ask(); hit {
				p.remember(signer)
			}
		}
		d.Looks = append(d.Looks, Look{s, hit})
		if hit {
			d.Accepted = true
			break
		}
	}
	return d
}

func (p *Phone) remember(c *x509.Certificate) {
	if p.cache == nil {
		p.cache = map[string]bool{}
	}
	p.cache[string(c.SHA1())] = true
}

// Forget erases both lists and the cache, as the phone's menu does.
func (p *Phone) Forget() { p.CTL, p.ITL, p.cache = nil, nil, nil }

// Install puts a list in the place of the one held and empties the cache of TVS
// answers.
func (p *Phone) Install(f *list.File, isCTL bool) {
	if isCTL {
		p.CTL = f
	} else {
		p.ITL = f
	}
	p.cache = nil
}

// KnowsTVS says whether the certificate that a TVS server presents is in a TVS
// record of the lists: issuer and serial first, then the hash.
func (p *Phone) KnowsTVS(c *x509.Certificate) bool {
	only := []uint16{list.TVS}
	return holds(p.CTL, c, only) || holds(p.ITL, c, only)
}

func holds(f *list.File, c *x509.Certificate, roles []uint16) bool {
	if f == nil {
		return false
	}
	for _, r := range f.Records {
		for _, role := range roles {
			// The text of a token's name differs from the certificate's: compare
			// the certificates behind the record.
			if r.Role == role && r.Cert != nil && r.Cert.Issuer.String() == c.Issuer.String() &&
				bytes.Equal(r.Serial, c.Serial) && (r.Hash == nil || bytes.Equal(r.Hash, c.SHA1())) {
				return true
			}
		}
	}
	return false
}
