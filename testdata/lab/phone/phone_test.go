package phone

import (
	"crypto"
	"testing"
	"time"

	"trustline/testdata/lab/keys"
	"trustline/testdata/lab/list"
	"trustline/testdata/lab/x509"
)

func cert(serial byte) *x509.Certificate {
	t := time.Unix(1300000000, 0)
	return x509.Template{Serial: []byte{serial}, Subject: x509.ParseName("CN=a"), NotBefore: t, NotAfter: t,
		Key: keys.New("phone/key", 512), Digest: crypto.SHA1}.Build()
}

var (
	signer, other, tvs = cert(1), cert(2), cert(3)
	itl                = &list.File{Records: []list.Record{list.Full(list.SAST, signer, ""), list.Full(list.TFTP, signer, ""), list.HashOnly(list.TVS, tvs, "")}}
	ctl                = &list.File{Records: []list.Record{list.Full(list.CCMTFTP, signer, ""), list.Full(list.SAST, other, "")}}
	empty              = &list.File{Records: []list.Record{list.Full(list.SAST, signer, ""), list.Emptied(list.TFTP, "a", nil)}}
)

// The sentences of Cisco TechNote 116232 about the states of a phone.
func TestPublishedSentences(t *testing.T) {
	yes, no := func() bool { return true }, func() bool { return false }
	for _, c := range []struct {
		what   string
		phone  Phone
		object Object
		signer *x509.Certificate
		ask    func() bool
		want   Step
	}{
		{"without lists the next one is trusted blindly", Phone{}, NewITL, other, nil, Blind},
		{"a blank ITL counts as none", Phone{ITL: empty}, NewITL, other, nil, Blind},
		{"with a CTL only, CCM+TFTP of the CTL must verify the ITL", Phone{CTL: ctl}, NewITL, signer, nil, InCTL},
		{"with a CTL only, TVS is no help", Phone{CTL: ctl}, NewITL, tvs, yes, ""},
		{"the old signer is in the ITL", Phone{ITL: itl}, NewITL, signer, nil, InITL},
		{"a new signer needs TVS", Phone{ITL: itl}, NewITL, other, yes, AtTVS},
		{"a new signer whom TVS does not vouch for is refused", Phone{ITL: itl}, NewITL, other, no, ""},
		{"a token of the CTL signs the next CTL", Phone{CTL: ctl, ITL: itl}, NewCTL, other, nil, InCTL},
		{"the config is checked against TFTP of the ITL", Phone{ITL: itl}, Config, signer, nil, InITL},
		{"a web certificate goes to TVS", Phone{CTL: ctl, ITL: itl}, Web, other, yes, AtTVS},
	} {
		if got := c.phone.Judge(c.object, c.signer, c.ask).By(); got != c.want {
			t.Errorf("%s: accepted by %q, want %q", c.what, got, c.want)
		}
	}
}

func TestCacheIsAskedBeforeTVS(t *testing.T) {
	p, asked := Phone{ITL: itl}, 0
	ask := func() bool { asked++; return true }
	for range 2 {
		p.Judge(Web, other, ask)
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	p.Install(itl, false)
	p.Judge(Web, other, ask)
	if asked != 2 {
		t.Error("a new list must empty the cache")
	}
}

func TestTVSRecordIsComparedByHash(t *testing.T) {
	p := Phone{ITL: itl}
	if !p.KnowsTVS(tvs) || p.KnowsTVS(other) {
		t.Error("only the recorded certificate is known")
	}
	sameSerial := *tvs
	sameSerial.DER = other.DER
	if p.KnowsTVS(&sameSerial) {
		t.Error("another certificate with the same serial is not the recorded one")
	}
}
