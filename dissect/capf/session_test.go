package capf

import (
	"strings"
	"testing"
)

func TestSession(t *testing.T) {
	der := read(t, "rsa2048-sha256.der")
	var (
		authReq  = message(AuthReq, element(ElementVersion, 3), element(ElementAuthType, 1))
		authRes  = message(AuthRes, element(ElementVersion, 3), element(ElementDeviceName, []byte("SEP001122334455\x00")...), element(ElementPassword, []byte("1234\x00")...))
		keyReq   = message(KeyGenReq, element(ElementKeySize, 8, 0))
		progress = message(ReqInProgress)
		keyRes   = message(KeyGenRes, element(ElementPublicKey, read(t, "rsa2048-sha256.spki.der")...))
		store    = message(StoreCertReq, element(ElementCertificateType, 1), element(ElementCertificates, entry(1, der)...))
		stored   = message(StoreCertRes, element(ElementReason, 1))
		unstored = message(StoreCertRes, element(ElementReason, 5))
		fetch    = message(FetchCertReq)
		fetched  = message(FetchCertRes, element(ElementReason, 1), element(ElementCertificates, entry(1, der)...))
		del      = message(DeleteCertReq)
		deleted  = message(DeleteCertRes, element(ElementReason, 1))
		end      = func(reason byte) []byte { return message(EndSession, element(ElementReason, reason)) }
	)
	for _, c := range []struct {
		name      string
		messages  [][]byte
		outcome   Outcome
		operation string
		state     State
		reason    int // -1: none
		problem   string
	}{
		{"nothing", nil, Incomplete, "", AwaitAuthReq, -1, ""},
		{"install", [][]byte{authReq, authRes, keyReq, progress, progress, keyRes, store, stored, end(1)}, Installed, "install", Ended, 1, ""},
		{"install, Jabber", [][]byte{authReq, authRes, keyReq, keyRes, store, stored, end(1)}, Installed, "install", Ended, 1, ""},
		{"install, end not captured", [][]byte{authReq, authRes, keyReq, keyRes, store, stored}, Installed, "install", AwaitEndSession, -1, ""},
		{"install, beginning not captured", [][]byte{keyRes, store, stored, end(1)}, Installed, "install", Ended, 1, "message KEY_GEN_RES while in AWAIT_AUTH_REQ"},
		{"install, phone says no", [][]byte{authReq, authRes, keyReq, keyRes, store, unstored, end(1)}, Failed, "install", Ended, 1, ""},
		{"install, ended early", [][]byte{authReq, authRes, keyReq, progress, end(7)}, Failed, "install", Ended, 7, ""},
		{"install, stalls", [][]byte{authReq, authRes, keyReq, progress}, Incomplete, "install", AwaitKeyGenRes, -1, ""},
		{"install, stalls later", [][]byte{authReq, authRes, keyReq, keyRes}, Incomplete, "install", AwaitStoreCertReq, -1, ""},
		{"fetch", [][]byte{authReq, authRes, fetch, fetched, end(0)}, Fetched, "fetch", Ended, 0, ""},
		{"delete", [][]byte{authReq, authRes, del, deleted, end(1)}, Deleted, "delete", Ended, 1, ""},
		{"delete, phone does not say", [][]byte{authReq, authRes, del, message(DeleteCertRes), end(1)}, Deleted, "delete", Ended, 1, ""},
		{"nothing to do", [][]byte{authReq, authRes, end(0)}, None, "", Ended, 0, ""},
		{"refused", [][]byte{authReq, authRes, end(7)}, Refused, "", Ended, 7, ""},
		{"unknown device", [][]byte{authReq, authRes, end(9)}, Refused, "", Ended, 9, ""},
		{"refused before the name", [][]byte{authReq, end(9)}, Refused, "", Ended, 9, ""},
		{"later", [][]byte{authReq, authRes, message(RetryLater)}, Postponed, "", Ended, -1, ""},
		{"abort", [][]byte{authReq, authRes, keyReq, message(AbortReq)}, Aborted, "install", Ended, -1, ""},
		{"after the end", [][]byte{authReq, authRes, end(0), authReq}, None, "", Ended, 0, "message AUTH_REQ after the end"},
		{"end cut", [][]byte{authReq, authRes, end(0)[:9]}, Incomplete, "", Ended, -1, ""},
		{"another session", [][]byte{authReq, {0x55, 2, 0, 0, 0, 8, 0, 0}, end(0)}, None, "", Ended, 0, "session identifier 7 changes to 8"},
		{"unknown message", [][]byte{authReq, message(99), authRes, end(0)}, None, "", Ended, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Session
			for _, b := range c.messages {
				m, err := Parse(b)
				if err != nil {
					t.Fatal(err)
				}
				s.Add(m)
			}
			r := s.Result()
			if r.Outcome != c.outcome || r.Operation != c.operation || r.State != c.state {
				t.Errorf("got %s, %q, %s", r.Outcome, r.Operation, r.State)
			}
			if (r.Reason == nil) != (c.reason < 0) || r.Reason != nil && int(*r.Reason) != c.reason {
				t.Errorf("reason %v", r.Reason)
			}
			if got := strings.Join(r.Problems, "; "); got == "" != (c.problem == "") || !strings.Contains(got, c.problem) {
				t.Errorf("problems %q, want %q", got, c.problem)
			}
		})
	}

	var s Session
	for _, b := range [][]byte{authReq, authRes, keyReq, progress, keyRes, store, stored, end(1)} {
		s.Add(parse(t, b))
	}
	r := s.Result()
	if r.Device != "SEP001122334455" || r.SessionID != 7 || r.KeySize != 2048 || r.Key.String() != "RSA 2048" || r.InProgress != 1 ||
		r.Certificate == nil || r.Certificate.SHA1 != rsaSHA1 || !r.PasswordSent || r.Messages != 8 {
		t.Errorf("result %+v", r)
	}
}
