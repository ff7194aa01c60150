package scenario

import (
	"time"

	"trustline/testdata/lab/config"
	"trustline/testdata/lab/list"
	"trustline/testdata/lab/wire"
	"trustline/testdata/lab/x509"
)

// A node is one server of the cluster.
type node struct {
	name        string
	host        *wire.Host
	callManager *x509.Certificate
	tvs         *x509.Certificate
	tomcat      *x509.Certificate
	blocked     map[uint16]bool // TCP ports that a firewall drops
	known       []entry         // certificate store of TVS
	trace       trace
}

// An entry of the store is a certificate and its roles there.
type entry struct {
	cert  *x509.Certificate
	roles []byte
}

// roles returns what TVS on the node knows of a certificate, nil for nothing.
func (n *node) roles(c *x509.Certificate) []byte {
	for _, e := range n.known {
		if e.cert == c {
			return e.roles
		}
	}
	return nil
}

// cluster names, all on the far side of a router from the phone.
const (
	clusterDN   = ";OU=VOICE;O=Example;L=RTP;ST=NC;C=US"
	routerMAC   = "00:1b:54:c2:77:80"
	phoneName   = walkPhone
	phoneModel  = walkModel
	addressA1   = "10.1.1.11"
	addressA2   = "10.1.1.12"
	configName  = phoneName + ".cnf.xml.sgn"
	phoneLoad   = "SCCP70.9-3-1SR2-1S"
	phoneAddr   = "10.9.9.9"
	phoneMAC    = "00:11:21:5a:1a:e3"
	routerAddr  = "10.9.9.1"
	serialCMOld = "5c3f20a1d47e9b86120fe4c87a35d901"
	serialCMNew = "7b91e4025d6c38af04d21b96e8f7530c"
	serialTVS1  = "4e08b7d3951f62ac7cd01e5b43f8a296"
	serialTVS1b = "61d2f95a08c7b43e1a86e07d5c93bf24"
	serialTVS2  = "3a7c51e8f20b964dd583c69e17b04fa2"
	serialCAPF  = "2f60d84b7ae1935c0b48f27d91c6e3a5"
	serialTom   = "1d94c7f0a35be826491d70ce83fab562"
)

// A cluster has a publisher and a subscriber; only the publisher serves files.
type cluster struct {
	a1, a2 *node
	capf   *x509.Certificate
}

// installed is when the servers made their first certificates.
var installed = time.Date(2012, 10, 9, 17, 22, 8, 0, edt)

func newCluster() *cluster {
	host := func(name, ip string) *wire.Host { return wire.NewHost(name, ip, routerMAC, 62, 5840) }
	return &cluster{
		a1: &node{name: "cucm-a1", host: host("cucm-a1", addressA1), blocked: map[uint16]bool{},
			callManager: serverCert("a1/CallManager", "CN=cucm-a1"+clusterDN, serialCMOld, 1024, installed),
			tvs:         serverCert("a1/TVS", "CN=cucm-a1"+clusterDN, serialTVS1, 2048, installed.Add(40*time.Second)),
			tomcat:      serverCert("a1/tomcat", "CN=cucm-a1"+clusterDN, serialTom, 1024, installed.Add(-time.Minute)),
			trace:       trace{ahead: 480 * time.Millisecond, accepted: 6}},
		a2: &node{name: "cucm-a2", host: host("cucm-a2", addressA2), blocked: map[uint16]bool{},
			tvs:   serverCert("a2/TVS", "CN=cucm-a2"+clusterDN, serialTVS2, 2048, installed.Add(3*time.Hour)),
			trace: trace{ahead: -1250 * time.Millisecond, accepted: 11}},
		capf: serverCert("a1/CAPF", "CN=CAPF-3f81b2c6"+clusterDN, serialCAPF, 1024, installed.Add(90*time.Second)),
	}
}

// itl is the list of the publisher's TFTP service: non-secure cluster, so the
// function is TFTP; TVS records of both nodes and CAPF by hash.
func (c *cluster) itl(at time.Time) *list.File {
	return &list.File{Version: [2]byte{1, 2}, Name: "ITLFile.tlv", Signer: c.a1.callManager, Time: at, Records: []list.Record{
		list.Full(list.SAST, c.a1.callManager, c.a1.name), list.Full(list.TFTP, c.a1.callManager, c.a1.name),
		list.HashOnly(list.TVS, c.a1.tvs, c.a1.name), list.HashOnly(list.TVS, c.a2.tvs, c.a2.name),
		list.HashOnly(list.CAPF, c.capf, c.a1.name)}}
}

// config is the phone's file, signed by the publisher.
func (c *cluster) config(group []*node, at time.Time) *list.File {
	p := config.Phone{Load: phoneLoad, Directory: "https://" + addressA1 + ":8443/ccmcip/xmldirectory.jsp"}
	for _, n := range group {
		p.Group = append(p.Group, n.host.IP.String())
	}
	return config.Signed(configName, p, c.a1.callManager, at, 0)
}
