package play

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// outcomes are what the phones of the cases do, typed from the descriptions of
// Security By Default (Cisco TechNote 116232, Security Guide 14): every object with
// the step that accepted it, or the answers that led to its refusal, and how the
// registration ended. A word stands for each boot's objects in order.
var outcomes = map[string]string{
	"d01-do-not-delete":            "ctl=CTL itl=CTL cfg=CTL web=TVS reg=2000",
	"d01-no-menu":                  "ctl=CTL itl=CTL cfg=CTL web=TVS reg=2000",
	"d01-no-capture":               "ctl=CTL itl=CTL cfg=CTL web=TVS reg=2000",
	"d02-callmanager-regenerated":  "itl=ITL cfg=ITL itl=TVS cfg=ITL reg=2000 reg=2000",
	"d02-pending":                  "itl=ITL cfg=ITL web=TVS reg=2000",
	"d03-both-regenerated":         "itl=ITL cfg=ITL itl!stranger cfg!stranger web!stranger reg=2000 reg=2000",
	"d03-drs-backup":               "itl=ITL cfg=ITL itl!stranger cfg!stranger web!stranger reg=2000 reg=2000",
	"d03-no-phone-list":            "itl!stranger cfg!stranger web!stranger reg=2000",
	"d03-second-silent":            "itl=ITL cfg=ITL itl!stranger,silent cfg!stranger,silent web!stranger,silent reg=2000 reg=2000",
	"d03-no-answers":               "itl=ITL cfg=ITL itl!stranger cfg!stranger web!stranger reg=2000 reg=2000",
	"d03-itlrecovery-before-reset": "itl=ITL cfg=ITL web!stranger reg=5060",
	"d03-itlrecovery-after-reset":  "itl=ITL cfg=ITL itl=ITL cfg=ITL web=TVS reg=5060 reg=5060",
	"d03-itlrecovery-115":          "itl=ITL cfg=ITL itl!stranger cfg!stranger web!stranger reg=2000 reg=2000",
	"d03-all-renewed":              "itl=ITL cfg=ITL itl!stranger cfg!stranger web!stranger reg=5060 reg=5060",
	"d04-tvs-blocked":              "itl!silent,silent,silent cfg!silent,silent,silent web!silent,silent,silent reg=2000",
	"d04-span-doubled":             "itl!silent,silent,silent cfg!silent,silent,silent web!silent,silent,silent reg=2000",
	"d04-one-way":                  "itl!silent,silent,silent cfg!silent,silent,silent web!silent,silent,silent reg=2000",
	"d04-server-side":              "itl!silent,silent,silent cfg!silent,silent,silent web!silent,silent,silent reg=2000",
	"d04-not-listening":            "itl!refused,refused,refused cfg!refused,refused,refused web!refused,refused,refused reg=2000",
	"d04-one-answers":              "itl=TVS(silent) cfg=ITL web=TVS(silent) reg=2000",
	"d05-first-tvs-renamed":        "itl=TVS(stranger) cfg=ITL reg=2000",
	"d05-tftp-not-restarted":       "itl=TVS(stranger) cfg=ITL reg=2000",
	"d05-both-renamed":             "itl=ITL cfg=ITL itl!stranger,stranger cfg!stranger,stranger reg=2000 reg=2000",
	"d05-both-renamed-ctl":         "ctl=CTL itl=CTL cfg=CTL ctl=CTL itl!stranger,stranger cfg!stranger,stranger reg=2000 reg=2000",
	"d06-central-heterogeneous":    "itl=blind cfg!refused,not-found itl=ITL cfg!refused,not-found reg=2000 reg=2000",
	"d06-leaf-non-secure":          "itl=blind itl=ITL reg=2000 reg=2000",
	"d06-homogeneous":              "itl=ITL cfg=ITL reg=5060",
	"d07-auth-string-wrong":        "ctl=CTL itl=CTL cfg=CTL call=CTL capf=CTL lsc:3 reg=2443",
	"d07-capture-only":             "ctl=CTL itl=CTL cfg=CTL call=CTL capf=CTL lsc:3 reg=2443",
	"d07-invalid-lsc":              "ctl=CTL itl=CTL cfg=CTL call=CTL capf=CTL lsc:4 reg=2443",
	"d07-string-not-entered":       "ctl=CTL itl=CTL cfg=CTL call=CTL reg=2443",
	"d07-capf-blocked":             "ctl=CTL itl=CTL cfg=CTL call=CTL lsc:silent reg=2443",
	"d08-capf-renewed":             "ctl=CTL itl=CTL cfg=CTL call=CTL capf!not-found,not-found lsc:refused-by-phone reg=2443",
	"d08-old-capf-deleted":         "ctl=CTL itl=CTL cfg=CTL call=CTL call=CTL reg!client reg!client",
	"d09-healthy-secure":           "ctl=CTL itl=CTL cfg=CTL call=CTL capf=CTL ctl=CTL itl=CTL cfg=CTL call=CTL lsc:0 reg=2443 reg=2443",
	"d10-moved-foreign-lsc":        "ctl=TVS itl=CTL cfg=CTL call=CTL reg!client",
	"d10-old-tvs-silent":           "ctl!silent,stranger itl!silent,stranger cfg!silent,stranger reg!silent",
	"d10-certificates-incomplete":  "ctl!not-found,stranger itl!not-found,stranger cfg!not-found,stranger call=CTL reg=5061",
	"d10-rollback-source-up":       "ctl! itl=blind cfg=ITL call! reg!server",
	"d10-rollback-source-gone":     "ctl! itl=blind cfg=ITL call! reg!server",
	"d10-same-token":               "ctl=CTL itl=CTL cfg=CTL call=CTL reg=5061",
	"d11-corrupt-after-restore":    "itl!not-found,not-found cfg!not-found,not-found reg=2000",
	"d11-only-node":                "itl!not-found cfg!not-found reg=2000",
	"d11-backup-token":             "ctl=CTL itl=CTL cfg=CTL reg=2000",
	"d12-log-only":                 "itl=ITL cfg=ITL web!expired reg=2000",
	"d12-tvs-expired":              "itl=ITL cfg=ITL web!expired reg=2000",
	"d12-phone-clock":              "itl=ITL cfg=ITL web!expired reg=2000",
	"d12-expired-unnoticed":        "itl=ITL cfg=ITL web=TVS reg=2000",
	"d13-second-tftp":              "itl=ITL cfg=ITL itl=TVS cfg=ITL reg=2000 reg=2000",
	"d13-rst-after-answer":         "itl=ITL cfg=ITL web=TVS reg=2000",
	"d13-http-404":                 "itl=ITL cfg=ITL reg=5060",
	"d13-earlier-refusal":          "itl!silent,silent cfg!silent,silent itl=TVS cfg=ITL reg=2000 reg=2000",
	"d13-first-list":               "itl=blind cfg=ITL reg=2000",
	"d13-capture-starts-late":      "itl=ITL cfg=ITL web=TVS reg=2000",
	"d13-tls13":                    "itl=TVS cfg=ITL reg=5060",
}

var short = map[string]string{"new CTL": "ctl", "new ITL": "itl", "signed file": "cfg", "HTTPS certificate": "web", "CAPF certificate": "capf", "CallManager certificate": "call",
	string(Stranger): "stranger", string(Expired): "expired", string(NotFound): "not-found", string(NoRole): "no-role", "server certificate refused": "server", "client certificate refused": "client"}

func brief(t *Truth) string {
	word := func(s string) string {
		if w := short[s]; w != "" {
			return w
		}
		return s
	}
	var out []string
	for _, j := range t.Judged {
		var failed []string
		for _, a := range j.Asked {
			if a.Result != Vouched {
				failed = append(failed, word(string(a.Result)))
			}
		}
		s := word(string(j.Object))
		switch why := strings.Join(failed, ","); {
		case !j.Accepted:
			s += "!" + why
		case why != "":
			s += "=" + string(j.By) + "(" + why + ")"
		default:
			s += "=" + string(j.By)
		}
		out = append(out, s)
	}
	for _, o := range t.CAPF {
		out = append(out, "lsc:"+strings.Replace(strings.TrimPrefix(o.Outcome, "result "), "server certificate refused", "refused-by-phone", 1))
	}
	for _, r := range t.Registered {
		if r.Outcome == "registered" {
			out = append(out, fmt.Sprintf("reg=%d", r.Port))
		} else {
			out = append(out, "reg!"+word(r.Outcome))
		}
	}
	return strings.Join(out, " ")
}

// maxCase is what a folder of testdata/cases may hold.
const maxCase = 150_000

func TestCases(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Cases() {
		s, err := p.Play()
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		again, _ := p.Play()
		size := 0
		for name, d := range s.Files {
			size += len(d)
			if !bytes.Equal(d, again.Files[name]) {
				t.Errorf("%s: %s differs when played again", p.Name, name)
			}
		}
		if seen[p.Name] || size > maxCase || len(s.Files) != len(again.Files) {
			t.Errorf("%s: %d bytes, %d files, then %d", p.Name, size, len(s.Files), len(again.Files))
		}
		seen[p.Name] = true
		if got := brief(s.Truth[p.Phones[0].Name]); got != outcomes[p.Name] {
			t.Errorf("%s:\n got %s\nwant %s", p.Name, got, outcomes[p.Name])
		}
	}
	for name := range outcomes {
		if !seen[name] {
			t.Errorf("no case %s", name)
		}
	}
}

func TestHalves(t *testing.T) {
	s, err := Cases()[0].Play()
	if err != nil {
		t.Fatal(err)
	}
	a, b := LogsOnly(s), CapturesOnly(s)
	if a.Files["phone.pcap"] != nil || a.Files["phone-console.log"] == nil || b.Files["phone.pcap"] == nil || b.Files["phone-console.log"] != nil ||
		a.Files["show-itl.txt"] == nil || b.Files["show-itl.txt"] == nil {
		t.Errorf("logs only %v, captures only %v", a.FileNames(), b.FileNames())
	}
}

func TestBundle(t *testing.T) {
	a, err := Bundle()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Bundle()
	if err != nil || !bytes.Equal(a.Zip, b.Zip) {
		t.Errorf("the second bundle differs, %v", err)
	}
	if len(a.Story.Truth) != fleetSize {
		t.Errorf("%d phones", len(a.Story.Truth))
	}
}

// A random test plays thousands of plans of one phone.
func TestSpeed(t *testing.T) {
	p := fleetPlan(1)
	if _, err := p.Play(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	const n, most = 20, 30 * time.Millisecond
	for range n {
		if _, err := p.Play(); err != nil {
			t.Fatal(err)
		}
	}
	if each := time.Since(start) / n; each > most {
		t.Errorf("%v for a plan of one phone, want at most %v", each, most)
	}
}

func TestPlansThatContradictThemselves(t *testing.T) {
	for what, change := range map[string]func(*Plan){
		"no cluster":          func(p *Plan) { p.Clusters = nil },
		"no nodes":            func(p *Plan) { p.Clusters[0].Nodes = nil },
		"no device name":      func(p *Plan) { p.Phones[0].Name = "x" },
		"no hexadecimal name": func(p *Plan) { p.Phones[0].Name = "SEP00112233445G" },
		"unknown group":       func(p *Plan) { p.Phones[0].Group = []string{"10.0.0.1"} },
		"list of no node":     func(p *Plan) { p.Phones[0].ITL.Node = "x" },
		"LSC of no cluster":   func(p *Plan) { p.Phones[0].Own = Own{LSC: true, Cluster: "x"} },
		"unknown server":      func(p *Plan) { p.Phones[0].Events[1].Address = "10.0.0.1" },
		"two servers":         func(p *Plan) { p.Clusters[0].Nodes[1].Address = a1 },
		"the same phone":      func(p *Plan) { p.Phones = append(p.Phones, p.Phones[0]) },
	} {
		p := Cases()[0]
		change(&p)
		if _, err := p.Play(); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// Whatever is drawn can be played, and gives the same bytes again.
func TestDraw(t *testing.T) {
	const n = 400
	refused, accepted := 0, 0
	for seed := range uint64(n) {
		p := Draw(seed)
		s, err := p.Play()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if seed%20 == 0 {
			again, err := Draw(seed).Play()
			for name, d := range s.Files {
				if err != nil || !bytes.Equal(d, again.Files[name]) {
					t.Errorf("seed %d: %s differs, %v", seed, name, err)
				}
			}
		}
		for _, j := range s.Truth[p.Phones[0].Name].Judged {
			if j.Accepted {
				accepted++
			} else {
				refused++
			}
		}
	}
	for seed := range uint64(n / 2) {
		if _, err := DrawMore(seed).Play(); err != nil {
			t.Fatalf("seed %d, more: %v", seed, err)
		}
	}
	if refused < n/4 || accepted < n/4 {
		t.Errorf("%d plans: %d objects accepted, %d refused", n, accepted, refused)
	}
}
