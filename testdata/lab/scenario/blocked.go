package scenario

import (
	"fmt"
	"strings"
	"time"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/x509"
)

// Times of the firewall case, true time.
var (
	blockedBoot1   = time.Date(2013, 6, 18, 12, 40, 0, 0, edt)
	blockedManager = time.Date(2013, 6, 18, 13, 5, 12, 0, edt)
	blockedReset   = time.Date(2013, 6, 18, 13, 20, 0, 0, edt)
	blockedBoot2   = time.Date(2013, 6, 18, 13, 20, 4, 0, edt)
	blockedEnd     = time.Date(2013, 6, 18, 13, 45, 0, 0, edt)
)

// tvsBlocked is a phone that could be helped by TVS if a firewall let it through.
func tvsBlocked() *Case {
	cl := newCluster()
	group := []*node{cl.a1, cl.a2}
	for _, n := range group {
		n.blocked[tvsPort] = true
	}
	oldITL, oldConfig := cl.itl(oldListMade), cl.config(group, oldListMade)
	oldManager := cl.a1.callManager
	s := newStation(cl, oldITL, group)
	s.refusal = "Trust List Update Failed"
	s.boot(blockedBoot1, phoneAhead1, oldITL, oldConfig, group, blockedReset)
	cl.a1.callManager = serverCert("a1/CallManager/2", "CN=cucm-a1"+clusterDN, serialCMNew, 1024, blockedManager)
	newITL, newConfig := cl.itl(blockedManager.Add(19*time.Second)), cl.config(group, blockedManager.Add(20*time.Second))
	s.reset(blockedReset)
	s.boot(blockedBoot2, phoneAhead2, newITL, newConfig, group, blockedEnd)

	c := newCase("tvs-blocked")
	c.Files["phone.pcapng"] = s.packets.NG("span0", "phone side, access switch")
	c.text("phone-console.log", s.console.b.String())
	c.text("status.txt", s.status.String())
	c.text("show-itl.txt", newITL.Listing(list.Style{Word: "ITL", Zone: edt, Modified: newITL.Time, Prompt: "admin:", Checksums: true}))
	var b strings.Builder
	b.WriteString(`# tvs-blocked

CallManager.pem of the publisher is regenerated alone at 13:05:12, TVS.pem stays. The
phone, which accepted the old ITL at its boot of 12:40, is reset at 13:20 and gets an ITL
whose signer it does not know. It asks TVS of both servers of its group, but a firewall
drops TCP 2445: four SYNs to each server without an answer, once for the ITL and once for the
configuration. TFTP and SCCP 2000 of both hosts work. The phone keeps its old list and
registers with its old configuration. Nothing shows a wrong TVS certificate.

`)
	b.WriteString(made)
	fmt.Fprintf(&b, "\n## Planted\n\n- phone %s, %s, MAC %s, model %s; cluster non-secure, no CTL\n", phoneName, phoneAddr, phoneMAC, phoneModel)
	fmt.Fprintf(&b, "- cucm-a1 %s: TFTP, CallManager, TVS; cucm-a2 %s: CallManager, TVS; CallManager group held: cucm-a1, cucm-a2\n", addressA1, addressA2)
	fmt.Fprintf(&b, "- four connection attempts without an answer, each with SYNs at 0, 3, 9 and 21 s; the phone gives up after 45 s\n")
	b.WriteString(fileFacts("old ITL, held, served at boot 1", oldITL) + fileFacts("new ITL, served at boot 2", newITL) +
		fileFacts("old configuration", oldConfig) + fileFacts("new configuration", newConfig))
	fmt.Fprintf(&b, "- clocks, all EDT (UTC-4): capture = console + 4 h %+.3f s in boot 1, %+.3f s in boot 2\n\n", -phoneAhead1.Seconds(), -phoneAhead2.Seconds())
	b.WriteString(factsHead)
	for _, f := range []struct {
		what string
		cert *x509.Certificate
	}{{"CallManager of a1, old", oldManager}, {"CallManager of a1, new", cl.a1.callManager}, {"TVS of a1 (ITL 3), never seen", cl.a1.tvs}, {"TVS of a2 (ITL 4), never seen", cl.a2.tvs}, {"CAPF (ITL 5)", cl.capf}} {
		b.WriteString(facts(f.what, f.cert))
	}
	fmt.Fprintf(&b, "\nFrames of phone.pcapng (%d in all):\n\n%s", s.packets.Frames(), markTable(s.packets.Marks()))
	c.text("README.md", b.String())
	return c
}
