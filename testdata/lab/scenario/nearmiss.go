package scenario

import (
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/x509"
)

// The near misses look like a lock-out in part and are none. They share the times of
// the firewall case.

// A nearMiss says what differs from the plain case.
type nearMiss struct {
	name    string
	story   string
	tvsToo  bool // TVS.pem of a1 regenerated as well
	second  bool // a2 in the CallManager group
	silent  bool // a2 drops TCP 2445
	facts   string
	newHeld bool // what must come out
}

func nearMisses() []*Case {
	return []*Case{
		nearMiss{name: "callmanager-regenerated", newHeld: true, facts: "cucm-version=9.1\n", story: `CallManager.pem of the publisher is regenerated alone at 13:05:12. At the reset of 13:20
the phone does not know the signer of the new ITL, asks TVS of cucm-a1, whose certificate is
still the recorded one, gets the new signer with the roles 0 and 3, and takes the list. The
configuration is then verified by the new list without a question. All is well.
`}.play(),
		nearMiss{name: "both-regenerated-second-silent", tvsToo: true, second: true, silent: true,
			facts: "cucm-version=9.1\ndrs-backup=no\nprevious-itl-on-server=no\nother-tftp=no\n",
			story: `CallManager.pem (13:05:12) and TVS.pem (13:09:12) of the publisher are regenerated. The
phone has a second server in its CallManager group, cucm-a2, whose recorded TVS certificate
would help, but a firewall drops TCP 2445 to it: four SYNs, no answer, at both questions.
cucm-a1 presents the new certificate and is refused with unknown_ca. Both files are
refused. Deletion must not be advised: cucm-a2 may still vouch once it is reachable.
`}.play(),
		staleStatus(),
	}
}

func (n nearMiss) play() *Case {
	cl := newCluster()
	group := []*node{cl.a1}
	if n.second {
		group = append(group, cl.a2)
	}
	cl.a2.blocked[tvsPort] = n.silent
	oldITL, oldConfig := cl.itl(oldListMade), cl.config(group, oldListMade)
	oldManager, oldTVS := cl.a1.callManager, cl.a1.tvs
	s := newStation(cl, oldITL, group)
	s.boot(blockedBoot1, phoneAhead1, oldITL, oldConfig, group, blockedReset)

	cl.a1.callManager = serverCert("a1/CallManager/2", "CN=cucm-a1"+clusterDN, serialCMNew, 1024, blockedManager)
	made2 := blockedManager.Add(19 * time.Second)
	if n.tvsToo {
		cl.a1.tvs = serverCert("a1/TVS/2", "CN=cucm-a1"+clusterDN, serialTVS1b, 2048, blockedManager.Add(4*time.Minute))
		made2 = made2.Add(4 * time.Minute)
	}
	cl.a1.known = []entry{{cl.a1.callManager, []byte{list.SAST, list.TFTP}}}
	newITL, newConfig := cl.itl(made2), cl.config(group, made2.Add(time.Second))
	s.reset(blockedReset)
	s.boot(blockedBoot2, phoneAhead2, newITL, newConfig, group, blockedEnd)
	if held := string(s.ITL.Bytes()) == string(newITL.Bytes()); held != n.newHeld {
		panic(fmt.Sprintf("scenario: %s: new list held: %t", n.name, held))
	}

	c := newCase(n.name)
	c.Files["phone.pcap"] = s.packets.Classic()
	c.text("phone-console.log", s.console.b.String())
	c.text("status.txt", s.status.String())
	c.text("show-itl.txt", newITL.Listing(list.Style{Word: "ITL", Zone: edt, Modified: newITL.Time, Prompt: "admin:", Checksums: true}))
	c.text("tvs-a1.txt", cl.a1.trace.b.String())
	c.text("case.facts", n.facts)
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n%s\n## Planted\n\n", n.name, n.story, made)
	fmt.Fprintf(&b, "- phone %s, %s, MAC %s, model %s; cluster non-secure, no CTL\n", phoneName, phoneAddr, phoneMAC, phoneModel)
	fmt.Fprintf(&b, "- cucm-a1 %s: TFTP, CallManager, TVS; cucm-a2 %s; members of the CallManager group held: %d\n", addressA1, addressA2, len(group))
	b.WriteString(fileFacts("old ITL, held, served at boot 1", oldITL) + fileFacts("new ITL, served at boot 2", newITL) +
		fileFacts("old configuration", oldConfig) + fileFacts("new configuration", newConfig) + clockFacts(s, cl))
	fmt.Fprintf(&b, "- after boot 2 the phone holds the %s ITL\n\n", map[bool]string{false: "old", true: "new"}[n.newHeld])
	b.WriteString(factsHead)
	for _, f := range []struct {
		what string
		cert *x509.Certificate
	}{{"CallManager of a1, old", oldManager}, {"CallManager of a1, new", cl.a1.callManager}, {"TVS of a1 in the old ITL", oldTVS},
		{"TVS of a1, presented", cl.a1.tvs}, {"TVS of a2 (ITL 4)", cl.a2.tvs}} {
		b.WriteString(facts(f.what, f.cert))
	}
	fmt.Fprintf(&b, "\nFrames of phone.pcap (%d in all):\n\n%s", s.packets.Frames(), markTable(s.packets.Marks()))
	c.text("README.md", b.String())
	return c
}

// staleStatus is a healthy boot beside a status page that still shows a refusal of
// an earlier day.
func staleStatus() *Case {
	cl := newCluster()
	group := []*node{cl.a1}
	itl, config := cl.itl(oldListMade), cl.config(group, oldListMade)
	s := newStation(cl, itl, group)
	s.status.WriteString("18:02:11 Trust List Verification Failed\n18:40:26 Trust List Updated\n")
	s.boot(blockedBoot1, phoneAhead1, itl, config, group, blockedBoot1.Add(10*time.Minute))
	c := newCase("stale-status")
	c.Files["phone.pcap"] = s.packets.Classic()
	c.text("phone-console.log", s.console.b.String())
	c.text("status.txt", s.status.String())
	var b strings.Builder
	b.WriteString(`# stale-status

A healthy boot at 12:40: the phone accepts the ITL it holds and its configuration. The
status page, which survives boots and shows no date, still lists a refusal and its repair
of an earlier day (18:02:11 and 18:40:26). They belong to no boot in evidence and must not
count as a refusal of the list that is served now.

`)
	b.WriteString(made + "\n## Planted\n\n" + fileFacts("ITL, held and served", itl) + fileFacts("configuration", config))
	fmt.Fprintf(&b, "- capture = console + 4 h %+.3f s\n", -phoneAhead1.Seconds())
	fmt.Fprintf(&b, "\nFrames of phone.pcap (%d in all):\n\n%s", s.packets.Frames(), markTable(s.packets.Marks()))
	c.text("README.md", b.String())
	return c
}
