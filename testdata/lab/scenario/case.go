package scenario

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"trustline/testdata/lab/wire"
)

// A Case is one folder of testdata/cases.
type Case struct {
	Name  string
	Files map[string][]byte
}

func newCase(name string) *Case { return &Case{Name: name, Files: map[string][]byte{}} }

func (c *Case) text(name, content string) { c.Files[name] = []byte(content) }

// FileNames returns the names in order.
func (c *Case) FileNames() []string {
	var names []string
	for n := range c.Files {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// All plays every case.
func All() []*Case {
	walk := directoryViaTVS()
	plain := bothRegenerated("both-regenerated", false)
	cases := []*Case{walk, plain, withFacts(plain), bothRegenerated("both-regenerated-second-node", true), tvsBlocked(), broken(walk)}
	return append(cases, nearMisses()...)
}

// edt is the zone of all servers and phones of the lab.
var edt = time.FixedZone("EDT", -4*3600)

// markTable renders the named frames for a README.
func markTable(marks []wire.Mark) string {
	var b strings.Builder
	b.WriteString("| frame | time (UTC) | what |\n| --- | --- | --- |\n")
	for _, m := range marks {
		fmt.Fprintf(&b, "| %d | %s | %s |\n", m.Frame, m.At.UTC().Format("2006-01-02 15:04:05.000000"), m.Label)
	}
	return b.String()
}
