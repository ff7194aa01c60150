package capf

import (
	"slices"

	"trustline/dissect/signature"
)

// State is what a session waits for. AWAIT_KEY_GEN_RES is published in a CAPF
// trace (after CAPF_STATE_), the others are made alike.
type State string

// The states of a session, from its first message to its end.
const (
	AwaitAuthReq      State = "AWAIT_AUTH_REQ"
	AwaitAuthRes      State = "AWAIT_AUTH_RES"
	AwaitOperation    State = "AWAIT_OPERATION" // the server's order, or its END_SESSION
	AwaitKeyGenRes    State = "AWAIT_KEY_GEN_RES"
	AwaitStoreCertReq State = "AWAIT_STORE_CERT_REQ"
	AwaitStoreCertRes State = "AWAIT_STORE_CERT_RES"
	AwaitFetchRes     State = "AWAIT_FETCH_CERT_RES"
	AwaitDeleteRes    State = "AWAIT_DELETE_CERT_RES"
	AwaitEndSession   State = "AWAIT_END_SESSION"
	Ended             State = "ENDED"
)

// Outcome is what became of a session.
type Outcome string

// The outcomes.
const (
	Incomplete Outcome = "incomplete" // the messages end before the session does
	Installed  Outcome = "installed"  // the phone stored the certificate
	Fetched    Outcome = "fetched"    // the phone handed out its certificate
	Deleted    Outcome = "deleted"    // the phone deleted its certificate
	None       Outcome = "none"       // nothing was to be done
	Refused    Outcome = "refused"    // the server ended it before ordering anything
	Failed     Outcome = "failed"     // an operation was ordered and did not succeed
	Postponed  Outcome = "postponed"  // the server told the phone to come back later
	Aborted    Outcome = "aborted"
)

// Result is what a session came to.
type Result struct {
	Outcome   Outcome
	Operation string // install, fetch, delete; "" when none was ordered
	State     State  // what was waited for at the end of the messages
	SessionID uint32
	Device    string
	Reason    *Reason // of END_SESSION, else of the phone's refusal
	Info      string  // reason info beside it

	Key          *signature.Key // the phone's new key
	KeySize      int            // bits that were asked for
	Certificate  *Certificate   // stored or fetched
	PasswordSent bool           // an authentication string was sent
	InProgress   int            // REQ_IN_PROGRESS messages: the phone was making its key
	Messages     int
	Problems     []string
}

// Session follows the messages of one connection:
//
//	server                          phone
//	AUTH_REQ       ------------->
//	               <-------------   AUTH_RES           name, proof
//	KEY_GEN_REQ    ------------->                      install
//	               <-------------   REQ_IN_PROGRESS    any number
//	               <-------------   KEY_GEN_RES        public key
//	STORE_CERT_REQ ------------->                      certificate
//	               <-------------   STORE_CERT_RES     reason
//	FETCH_CERT_REQ / DELETE_CERT_REQ and their answers in place of these four
//	END_SESSION    ------------->                      reason
//
// The server may end the session at any point. The zero Session is ready.
type Session struct {
	r       Result
	session bool // SessionID is known
	done    bool // the phone answered that it did what was ordered
	failed  bool // the phone answered that it did not
}

// steps tell for each message in which states it is expected and what is
// waited for after it. A message elsewhere is a problem, but it still moves the
// session on: a capture may lack what was before.
var steps = map[Type]struct {
	in        []State
	next      State
	operation string
}{
	AuthReq:       {[]State{AwaitAuthReq}, AwaitAuthRes, ""},
	AuthRes:       {[]State{AwaitAuthRes}, AwaitOperation, ""},
	KeyGenReq:     {[]State{AwaitOperation}, AwaitKeyGenRes, "install"},
	KeyGenRes:     {[]State{AwaitKeyGenRes}, AwaitStoreCertReq, "install"},
	StoreCertReq:  {[]State{AwaitStoreCertReq}, AwaitStoreCertRes, "install"},
	StoreCertRes:  {[]State{AwaitStoreCertRes}, AwaitEndSession, "install"},
	FetchCertReq:  {[]State{AwaitOperation}, AwaitFetchRes, "fetch"},
	FetchCertRes:  {[]State{AwaitFetchRes}, AwaitEndSession, "fetch"},
	DeleteCertReq: {[]State{AwaitOperation}, AwaitDeleteRes, "delete"},
	DeleteCertRes: {[]State{AwaitDeleteRes}, AwaitEndSession, "delete"},
}

// Add takes the next message.
func (s *Session) Add(m *Message) {
	r := &s.r
	if r.State == "" {
		r.State = AwaitAuthReq
	}
	if r.State == Ended {
		note(&r.Problems, "message %v after the end", m.Type)
		return
	}
	r.Messages++
	if m.Length >= 0 { // the header is whole
		if s.session && m.SessionID != r.SessionID {
			note(&r.Problems, "session identifier %d changes to %d", r.SessionID, m.SessionID)
		}
		r.SessionID, s.session = m.SessionID, true
	}
	s.values(m)
	switch m.Type {
	case ReqInProgress:
		r.InProgress++
	case EndSession, RetryLater, AbortReq, AbortRes:
		s.end(m)
	default:
		step, known := steps[m.Type]
		if !known {
			return
		}
		if !slices.Contains(step.in, r.State) {
			note(&r.Problems, "message %v while in %s", m.Type, r.State)
		}
		r.State = step.next
		if step.operation != "" {
			r.Operation = step.operation
		}
	}
}

// values takes what a message says beside its type.
func (s *Session) values(m *Message) {
	r := &s.r
	if m.DeviceName != "" {
		r.Device = m.DeviceName
	}
	if m.PublicKey != nil {
		r.Key = m.PublicKey
	}
	if m.KeySize != 0 {
		r.KeySize = m.KeySize
	}
	r.PasswordSent = r.PasswordSent || m.HasPassword
	if (m.Type == StoreCertReq || m.Type == FetchCertRes) && len(m.Certificates) > 0 {
		r.Certificate = &m.Certificates[0]
	}
	switch m.Type {
	case StoreCertRes, FetchCertRes, DeleteCertRes:
		if m.Reason == nil {
			return // cut, or a phone that does not say: the server's reason decides
		}
		s.done, s.failed = *m.Reason == ReasonOK, *m.Reason != ReasonOK
		if s.failed {
			r.Reason, r.Info = m.Reason, m.ReasonInfo
		}
	case KeyGenRes:
		if m.Reason != nil && *m.Reason != ReasonOK && m.PublicKey == nil {
			s.failed = true
			r.Reason, r.Info = m.Reason, m.ReasonInfo
		}
	}
}

// end takes the message that ends a session.
func (s *Session) end(m *Message) {
	r := &s.r
	answered := r.State == AwaitEndSession
	r.State = Ended
	if m.Reason != nil {
		r.Reason, r.Info = m.Reason, m.ReasonInfo
	}
	good := m.Reason != nil && (*m.Reason == ReasonOK || *m.Reason == ReasonNoAction)
	switch {
	case m.Type == RetryLater:
		r.Outcome = Postponed
	case m.Type != EndSession:
		r.Outcome = Aborted
	case r.Operation == "" && m.Reason == nil:
		r.Outcome = Incomplete // cut: not even the reason is there
	case r.Operation == "" && good:
		r.Outcome = None
	case r.Operation == "":
		r.Outcome = Refused
	case s.failed, !good && m.Reason != nil, !answered:
		r.Outcome = Failed
	case s.done || good:
		r.Outcome = success(r.Operation)
	}
}

func success(operation string) Outcome {
	switch operation {
	case "install":
		return Installed
	case "fetch":
		return Fetched
	}
	return Deleted
}

// Result tells what the session came to so far. A session whose end is missing
// succeeded when the phone said that it did what was ordered.
func (s *Session) Result() Result {
	r := s.r
	if r.State == "" {
		r.State = AwaitAuthReq
	}
	if r.Outcome == "" {
		switch {
		case s.failed:
			r.Outcome = Failed
		case s.done && r.State == AwaitEndSession:
			r.Outcome = success(r.Operation)
		default:
			r.Outcome = Incomplete
		}
	}
	r.Problems = slices.Clone(r.Problems)
	return r
}
