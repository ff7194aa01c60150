package play

import (
	"sort"
	"time"

	"trustline/testdata/lab/phone"
)

// A Story is what came out of a plan: every file of the case, and what really
// happened.
type Story struct {
	Name  string
	Files map[string][]byte
	Truth map[string]*Truth // by phone name
	kinds map[string]fileKind
}

type fileKind uint8

const (
	other   fileKind = iota // listings, lists, facts, README
	capture                 // packets
	logs                    // console, traces, alarms
)

// Truth is what one phone did and why. It comes from the phone's table and from
// the plan; no rule of an analyser is in it.
type Truth struct {
	Phone         string
	Cause         string // as planted
	Judged        []Judgement
	Registered    []Registration
	CAPF          []Operation
	Before, After Lists
	Boots         int
	Ways, CTLWays []Way // back, by a new ITL and by a new CTL
}

// Lists are the hashes of what a phone holds, empty for no list.
type Lists struct{ CTL, ITL, CTLSigner, ITLSigner string }

// A Judgement is one object that the phone accepted or refused.
type Judgement struct {
	Boot     int // counted from 1
	At       time.Time
	Object   phone.Object
	File     string // or the address of a server
	SHA1     string // of the file
	Signer   string // serial, or that of the server's certificate
	Accepted bool
	By       phone.Step // what accepted
	State    phone.State
	Asked    []Ask
}

// A Result of a question to one TVS server.
type Result string

// The results.
const (
	Silent   Result = "silent"                // TCP 2445 drops SYNs
	Refused  Result = "refused"               // RST
	Stranger Result = "certificate not known" // the TVS certificate is in no record
	Expired  Result = "certificate expired"
	NotFound Result = "not found"
	NoRole   Result = "found without the role"
	Vouched  Result = "vouched"
)

// An Ask is a question to one TVS server and how it ended.
type Ask struct {
	At     time.Time
	Server string // address
	TVS    string // serial of the certificate presented, empty when none was
	Result Result
}

// A Registration is an attempt to register at one server.
type Registration struct {
	At      time.Time
	Address string
	Port    uint16
	Outcome string // registered, silent, refused, server certificate refused, client certificate refused
}

// An Operation is one of CAPF.
type Operation struct {
	At      time.Time
	Address string
	Outcome string // result N, silent, refused, server certificate refused
}

// FileNames returns the names in order.
func (s *Story) FileNames() []string {
	var names []string
	for n := range s.Files {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// LogsOnly is the story without its captures: what the logs, listings and facts
// alone say.
func LogsOnly(s *Story) *Story { return s.without(capture) }

// CapturesOnly is the story without its logs.
func CapturesOnly(s *Story) *Story { return s.without(logs) }

func (s *Story) without(k fileKind) *Story {
	out := &Story{Name: s.Name, Files: map[string][]byte{}, Truth: s.Truth, kinds: s.kinds}
	for name, data := range s.Files {
		if s.kinds[name] != k {
			out.Files[name] = data
		}
	}
	return out
}

// last is the end of what happened to an object.
func (t *Truth) last(o phone.Object) *Judgement {
	for i := len(t.Judged) - 1; i >= 0; i-- {
		if t.Judged[i].Object == o {
			return &t.Judged[i]
		}
	}
	return nil
}

// Accepted says whether the last object of the kind was accepted, and by which
// step; ok is false when none was judged.
func (t *Truth) Accepted(o phone.Object) (accepted bool, by phone.Step, ok bool) {
	j := t.last(o)
	if j == nil {
		return false, "", false
	}
	return j.Accepted, j.By, true
}
