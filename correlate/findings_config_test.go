package correlate

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"trustline/correlate/evidence"
	"trustline/dissect/signature"
)

// signed gives the configuration of a scene a real signature and the record of
// its signer the key; damaged signs other bytes.
func (s *scene) signed(t *testing.T, list, config int, damaged bool) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum([]byte("configuration"))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA1, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	if damaged {
		sum = sha1.Sum([]byte("configuration, changed"))
	}
	for i := range s.b.Objects[list].List.Records {
		s.b.Objects[list].List.Records[i].Key = signature.FromPublic(&key.PublicKey)
	}
	l := s.b.Objects[config].List
	l.Digest, l.Covered, l.Signature = "sha1", hex.EncodeToString(sum[:]), hex.EncodeToString(sig)
}

// refusing is a healthy boot whose configuration the phone refuses at the end.
func refusing() *scene {
	s := healthyBoot()
	s.last().Event = "config_refused"
	return s
}

// sha512 is a phone that refuses a configuration for its algorithm.
func sha512() *scene {
	s := refusing()
	s.fact("model", "7965")
	s.b.Objects[1].List.Digest = "sha512"
	return s
}

// encryptedBoot is a phone that gets its encrypted configuration and begins again.
func encryptedBoot() *scene {
	s := healthyBoot()
	s.b.Objects[1].List.Type = "encrypted-file"
	s.b.Events = s.b.Events[:len(s.b.Events)-2]
	s.transfer(2, phoneName+".cnf.xml.enc.sgn", "cfg1")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml.enc"))
	s.transfer(30, ownConfig, "")
	return s
}

// plainBoot is a phone that asks for its configuration without a signature.
func plainBoot() *scene {
	s := newScene()
	s.list("itl1", "itl", "aa01", "SAST aa01")
	s.transfer(0, ownITL, "itl1")
	s.config("cfg1", "", nodeA)
	s.b.Objects[1].Object, s.b.Objects[1].List = "config", nil
	s.transfer(1, phoneName+".cnf.xml", "cfg1")
	s.observed(5, "registration_ok", server(nodeA+":2000"))
	return s
}

// regrouped is a phone whose group was turned round while it registers as before.
func regrouped() *scene {
	s := newScene()
	s.list("itl1", "itl", "aa01", "SAST aa01", "TFTP aa01", "TVS bb01")
	s.config("cfg1", "aa01", nodeA, nodeB)
	s.config("cfg2", "aa01", nodeB, nodeA)
	s.transfer(1, ownITL, "itl1")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(2, ownConfig, "cfg1")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	s.observed(5, "registration_ok", server(nodeA+":2000"))
	s.transfer(1000, ownConfig, "cfg2")
	s.observed(1010, "registration_ok", server(nodeA+":2000"))
	s.covers("cap", "capture", 0, 1200)
	return s
}

func TestConfigFindings(t *testing.T) {
	testRaises(t, []raises{
		{"config-signer-not-trusted", ClassRecoverable, "high", func() *scene {
			s := refusing()
			s.b.Objects[1].List.Signer.Serial = "ab99"
			return s
		}, map[string]func(*scene){
			"the key of the record did not sign it": func(s *scene) {
				s.b.Objects[1].List.Signer.Serial = "aa01"
				s.signed(t, 0, 1, true)
			},
			"a record knows the signer": func(s *scene) { s.b.Objects[1].List.Signer.Serial = "aa01" },
			"the phone takes it":        func(s *scene) { s.last().Event = "config_verified" },
		}},
		{"config-signature-invalid", ClassRecoverable, "high", func() *scene {
			s := refusing()
			s.signed(t, 0, 1, true)
			return s
		}, map[string]func(*scene){
			"the signature is good":     func(s *scene) { s.signed(t, 0, 1, false) },
			"only a part was captured":  func(s *scene) { s.b.Objects[1].List.Partial = true },
			"the phone takes it":        func(s *scene) { s.last().Event = "config_verified" },
			"another key of that name":  func(s *scene) { s.b.Objects[1].List.Signer.Serial = "ab99" },
			"the key is not in the ITL": func(s *scene) { s.b.Objects[0].List.Records[1].Key = nil },
		}},
		{"config-signature-algorithm-unsupported", ClassRecoverable, "medium", sha512, map[string]func(*scene){
			"it is signed with SHA-1": func(s *scene) { s.b.Objects[1].List.Digest = "sha1" },
			"the signer is not known": func(s *scene) { s.b.Objects[1].List.Signer.Serial = "ab99" },
			"the signature is wrong":  func(s *scene) { s.signed(t, 0, 1, true); s.b.Objects[1].List.Digest = "sha1" },
			"the phone says nothing":  without("config_refused"),
			"the same phone took one": func(s *scene) {
				s.transfer(-100, ownConfig, "cfg1")
				s.says(-99.9, "config_verified", with("file", ownConfig))
			},
			"another of its model does": sameModelTakes,
		}},
		{"encrypted-config-unreadable", ClassRecoverable, "medium", encryptedBoot, map[string]func(*scene){
			"the signature was refused": func(s *scene) {
				i := slices.IndexFunc(s.b.Events, func(e evidence.Event) bool { return e.Event == "config_verified" })
				s.b.Events[i].Event = "config_refused"
			},
			"it registers in between": func(s *scene) { s.observed(20, "registration_ok", server(nodeA+":2000")) },
			"it was told to reset":    func(s *scene) { s.observed(20, "registration_reset", server(nodeA+":2000")) },
			"it does not ask again":   func(s *scene) { s.b.Events = s.b.Events[:len(s.b.Events)-1] },
			"the file is not encrypted": func(s *scene) {
				s.b.Objects[1].List.Type = "signed-file"
				for i := range s.b.Events {
					if x := s.b.Events[i].Transfer; x != nil {
						x.File = strings.Replace(x.File, ".enc", "", 1)
					}
				}
			},
		}},
		{"config-unsigned-accepted", ClassDegraded, "high", plainBoot, map[string]func(*scene){
			"it asks for the signed form": func(s *scene) { s.b.Events[1].Transfer.File = ownConfig },
			"the server has no ITL": func(s *scene) {
				s.b.Events[0].Transfer.Object = ""
				c := 1
				x := s.b.Events[0].Transfer
				x.Outcome, x.ErrorCode = "error", &c
			},
			"the capture cuts the name":     func(s *scene) { s.b.Events[1].Transfer.File = phoneName + ".cnf.xml." },
			"a model without ITL":           func(s *scene) { s.b.Events = s.b.Events[1:]; s.fact("model", "7940") },
			"nothing says that it is used":  without("registration_ok"),
			"it registers somewhere else":   func(s *scene) { s.last().Server = "10.8.8.8:2000" },
			"nothing says it knows the ITL": func(s *scene) { s.b.Events = s.b.Events[1:] },
		}},
		{"config-not-applied", ClassDegraded, "medium", regrouped, map[string]func(*scene){
			"the phone took the change":        func(s *scene) { s.says(1000.5, "config_verified", with("file", phoneName+".cnf.xml")) },
			"it registers with the new first":  func(s *scene) { s.last().Server = nodeB + ":2000" },
			"it tried the new first":           func(s *scene) { s.observed(1005, "registration_requested", server(nodeB+":2000")) },
			"the capture ends early":           func(s *scene) { s.b.Coverage[0].To = s.clock(1011) },
			"nothing says where it registers":  func(s *scene) { s.b.Events = s.b.Events[:len(s.b.Events)-1] },
			"the order is what it was":         func(s *scene) { s.b.Objects[2].Config.CallManager = []string{nodeA, nodeB} },
			"a router takes it while all fail": func(s *scene) { s.last().Server = "10.9.9.1:2000" },
		}},
		{"other-signed-file-rejected", ClassDegraded, "medium", func() *scene {
			s := healthyBoot()
			s.says(3, "signature_failed", with("file", "/usr/ram/AppDialRules.xml"), with("errcode", "19"))
			s.says(3, "config_refused", with("file", "/usr/ram/AppDialRules.xml"))
			s.traced(3, "ctftp-sdl", "proxy_local", with("file", "AppDialRules.xml"))
			return s
		}, map[string]func(*scene){
			"it is firmware": func(s *scene) {
				for i := range s.b.Events {
					if s.b.Events[i].Detail["file"] == "/usr/ram/AppDialRules.xml" {
						s.b.Events[i].Detail["file"] = "SCCP45.9-3-1S.loads"
					}
				}
			},
			"it passes afterwards": func(s *scene) { s.says(9, "config_verified", with("file", "/usr/ram/AppDialRules.xml")) },
			"the configuration is refused too": func(s *scene) {
				i := slices.IndexFunc(s.b.Events, func(e evidence.Event) bool { return e.Event == "config_verified" })
				s.b.Events[i].Event = "config_refused"
			},
			"the file is not there": without("signature_failed", "config_refused"),
		}},
	})
}

// sameModelTakes adds a second phone of the model that takes the same file.
func sameModelTakes(s *scene) {
	const other = "SEP0011215A1AE9"
	s.b.Facts[0].Phone = ""
	s.transfer(50, other+".cnf.xml.sgn", "cfg1")
	s.last().Address, s.last().Transfer.Client = "10.9.9.19", "10.9.9.19:50000"
	s.b.Header.Inputs = append(s.b.Header.Inputs, evidence.Input{Name: "console2", Kind: "phone-secd"})
	s.says(50.1, "config_verified", with("file", other+".cnf.xml"), func(e *evidence.Event) { e.Phone, e.Place.Input = other, "console2" })
}

// A refused change is a symptom: with its cause beside it, it is a note and that
// one's consequence; where nothing explains it, it stands for itself.
func TestConfigNotAppliedIsASymptom(t *testing.T) {
	same := regenerated().closed()
	same.b.Objects[2].Config.Version, same.b.Objects[3].Config.Version = "{1}", "{1}"
	if has(same.judge(t), "config-not-applied") != nil {
		t.Error("the refused configuration says nothing that the one in force does not")
	}
	s := regenerated().closed()
	s.b.Objects[3].Config.CallManager = []string{nodeB}
	p := s.judge(t)
	if f := has(p, "config-not-applied"); f == nil || f.Class != ClassNote || f.ConsequenceOf == nil {
		t.Errorf("%+v", f)
	}
	if p.Verdict.Primary != "callmanager-tvs-both-regenerated" {
		t.Errorf("verdict %+v", p.Verdict)
	}
}

// An encrypted configuration alone, by what the capture shows: the signature is
// checked with the key of the list, and the phone's silence is a candidate only.
func TestEncryptedConfigFromCapture(t *testing.T) {
	s := encryptedBoot()
	s.signed(t, 0, 1, false)
	without("config_verified")(s)
	p := s.judge(t)
	if f := has(p, "encrypted-config-unreadable"); f == nil || f.Confidence != "low" {
		t.Errorf("%+v", f)
	}
	if p.Verdict.Class != ClassInconclusive {
		t.Errorf("class %s", p.Verdict.Class)
	}
	s = encryptedBoot()
	s.fact("model", "7960G")
	if p := s.judge(t); has(p, "encrypted-config-unreadable").Class != ClassLockedOut {
		t.Errorf("a key typed by hand: %+v", has(p, "encrypted-config-unreadable"))
	}
}

// A blank list lets any signer through.
func TestAnySignerOnBlankList(t *testing.T) {
	s := newScene()
	s.list("blank", "itl", "aa01", "SAST aa01", "CAPF dd01")
	s.config("cfg", "cc09", nodeA)
	s.transfer(1, ownITL, "blank")
	s.says(1.1, "signature_ok", with("header_length", "296"))
	s.transfer(2, ownConfig, "cfg")
	s.says(2.1, "config_verified", with("file", phoneName+".cnf.xml"))
	p := s.judge(t)
	if has(p, "config-unsigned-accepted") == nil {
		t.Errorf("not raised: %+v", p.Findings)
	}
	s.b.Objects[0].List.Records = append(s.b.Objects[0].List.Records, evidence.Record{Number: 3, Functions: []string{"TFTP"}, Issuer: "CN=cucm-a1", Serial: "aa01", Hash: "hashaa01"})
	if p := s.judge(t); has(p, "config-unsigned-accepted") != nil {
		t.Errorf("raised although the list is not blank: %s", has(p, "config-unsigned-accepted").Summary)
	}
}
