package config

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Caps, so that a hostile file costs no more than a real one.
const (
	maxDepth   = 64      // elements inside each other; CUCM writes at most 9
	maxMembers = 64      // servers of one list; a CallManager group has 3
	maxText    = 4 << 10 // octets of one value; URLs are the longest kept
)

// Config is what a configuration file says. Strings are empty where it is
// silent.
//
// The elements, as CUCM 8 to 15 write them (indentation shows the nesting):
//
//	device
//	  deviceProtocol                      SCCP, SIP
//	  devicePool
//	    callManagerGroup/members/member   priority="0" ... "2"
//	      callManager
//	        name, processNodeName, ports/ethernetPhonePort ...
//	  TVS/members/member                  priority; port, address
//	  versionStamp, loadInformation
//	  deviceSecurityMode                  1 non-secure, 2 authenticated, 3 encrypted
//	  transportLayerProtocol              1 TCP, 2 UDP, 3 TLS, 4 TCP+UDP
//	  capfAuthMode, capfList/capf         phonePort, processNodeName
//	  certHash, encrConfig, fullConfig    of the short form beside an encrypted file
//	  vpnGroup/addresses/url1 ...         https://gateway/group
//	  vpnGroup/credentials/hashAlg        0 SHA-1; certHash1 ... in Base64
//	  vendorConfig/settingsAccess         0 disabled, 1 enabled, 2 restricted
//	  directoryURL, authenticationURL, secureDirectoryURL ...
type Config struct {
	Protocol     string
	CallManagers []Server // by priority
	TVS          []Server // by priority
	TFTP         []string // tftpServer elements, as third-party servers write them
	VersionStamp string
	Load         string
	Security     string // deviceSecurityMode: "1", "2", "3"
	Transport    string
	CAPF         []Server
	CAPFAuthMode string
	CertHash     string            // MD5 of the recipient certificate of the encrypted file
	Encrypted    string            // encrConfig: "true", "false"
	Full         string            // fullConfig
	VPNGateways  []string          // URLs of the gateways in order, without user information
	VPNHashAlg   string            // hashAlg: "0" for SHA-1
	VPNHashes    []string          // of their certificates, in Base64
	Settings     string            // settingsAccess: "0", "1", "2"
	URLs         map[string]string // element -> URL, without user information
}

// Server is one member of an ordered list.
type Server struct {
	Priority int
	Node     string // processNodeName or address; name when both are missing
	Name     string
	Port     string
}

// Parse reads a configuration. It returns what it read together with the
// error, and nil only when the input holds no element at all.
func Parse(b []byte) (*Config, error) {
	b = bytes.TrimLeft(b, "\ufeff \t\r\n\x00")
	if c := parsePlain(string(b)); c != nil {
		return c, nil
	}
	return parseAny(b)
}

func newParser() *parser { return &parser{c: &Config{URLs: map[string]string{}}} }

// parseAny reads anything that begins like XML, as far as it goes.
func parseAny(b []byte) (*Config, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // the values kept are ASCII
	p := newParser()
	var err error
	for {
		var t xml.Token
		if t, err = d.RawToken(); err != nil {
			break
		}
		if err = p.token(t); err != nil {
			break
		}
	}
	if !p.any {
		return nil, errors.New("config: no XML element")
	}
	p.finish()
	if err == io.EOF && len(p.path) == 0 {
		return p.c, nil
	}
	if err == nil || err == io.EOF {
		err = fmt.Errorf("ends inside %q", strings.Join(p.path, "/"))
	}
	return p.c, fmt.Errorf("config: byte %d: %w", d.InputOffset(), err)
}

type parser struct {
	c    *Config
	path []string
	text strings.Builder
	cur  Server
	any  bool
}

func (p *parser) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		if len(p.path) >= maxDepth {
			return fmt.Errorf("elements nest deeper than %d", maxDepth)
		}
		p.start(t.Name.Local)
		for _, a := range t.Attr {
			p.attribute(a.Name.Local, a.Value)
		}
	case xml.CharData:
		if p.text.Len()+len(t) <= maxText {
			p.text.Write(t)
		}
	case xml.EndElement:
		p.close(t.Name.Local, strings.TrimSpace(p.text.String()))
	}
	return nil
}

func (p *parser) start(name string) {
	p.any = true
	p.path = append(p.path, name)
	p.text.Reset()
	if name == "member" || name == "capf" {
		p.cur = Server{}
	}
}

// attribute takes an attribute of the element that was started last.
func (p *parser) attribute(name, value string) {
	if e := p.path[len(p.path)-1]; name == "priority" && (e == "member" || e == "capf") {
		p.cur.Priority, _ = strconv.Atoi(strings.TrimSpace(value)) // 0 when it is no number: the order of the file holds
	}
}

// close ends an element with the text behind the last tag before it.
func (p *parser) close(name, text string) {
	if len(p.path) == 0 {
		return
	}
	p.end(name, text)
	p.text.Reset()
	if i := slices.Index(p.path, name); i >= 0 {
		// Close up to the last element of that name: a missing end tag
		// must not swallow the rest of the file.
		for i = len(p.path) - 1; p.path[i] != name; i-- {
		}
		p.path = p.path[:i]
	}
}

// in tells that the current element lies inside another.
func (p *parser) in(name string) bool { return slices.Contains(p.path, name) }

func (p *parser) end(name, v string) {
	c := p.c
	switch name {
	case "processNodeName", "address":
		if p.cur.Node == "" {
			p.cur.Node = v
		}
	case "name":
		if p.in("callManager") {
			p.cur.Name = v
		}
	case "port", "phonePort", "ethernetPhonePort":
		p.cur.Port = cmp.Or(p.cur.Port, v)
	case "member":
		s := p.cur
		s.Node = cmp.Or(s.Node, s.Name)
		switch {
		case s.Node == "":
		case p.in("callManagerGroup"):
			c.CallManagers = add(c.CallManagers, s)
		case p.in("TVS"):
			c.TVS = add(c.TVS, s)
		}
	case "capf":
		c.CAPF = add(c.CAPF, p.cur)
	case "deviceProtocol":
		c.Protocol = v
	case "versionStamp":
		c.VersionStamp = v
	case "loadInformation":
		c.Load = cmp.Or(c.Load, v)
	case "deviceSecurityMode":
		c.Security = v
	case "transportLayerProtocol":
		c.Transport = v
	case "capfAuthMode":
		c.CAPFAuthMode = v
	case "certHash":
		c.CertHash = v
	case "encrConfig":
		c.Encrypted = v
	case "fullConfig":
		c.Full = v
	case "settingsAccess":
		c.Settings = v
	case "tftpServer":
		if v != "" && len(c.TFTP) < maxMembers {
			c.TFTP = append(c.TFTP, v)
		}
	default:
		switch {
		case name == "hashAlg" && p.in("vpnGroup"):
			c.VPNHashAlg = cmp.Or(c.VPNHashAlg, v)
		case strings.HasPrefix(strings.ToLower(name), "url") && p.in("vpnGroup") && p.in("addresses"):
			if v != "" && len(c.VPNGateways) < maxMembers {
				c.VPNGateways = append(c.VPNGateways, withoutUser(v))
			}
		case strings.HasPrefix(name, "certHash") && p.in("credentials"):
			if v != "" && len(c.VPNHashes) < maxMembers {
				c.VPNHashes = append(c.VPNHashes, v)
			}
		case strings.HasSuffix(name, "URL") && v != "" && len(c.URLs) < maxMembers:
			c.URLs[name] = withoutUser(v)
		}
	}
}

func add(list []Server, s Server) []Server {
	if len(list) >= maxMembers {
		return list
	}
	return append(list, s)
}

// withoutUser removes user information from a URL: it may hold a password.
func withoutUser(u string) string {
	i := strings.Index(u, "://")
	if i < 0 {
		return u
	}
	rest := u[i+3:]
	host, _, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		return u[:i+3] + rest[at+1:]
	}
	return u
}

func (p *parser) finish() {
	for _, l := range [][]Server{p.c.CallManagers, p.c.TVS, p.c.CAPF} {
		slices.SortStableFunc(l, func(a, b Server) int { return cmp.Compare(a.Priority, b.Priority) })
	}
}
