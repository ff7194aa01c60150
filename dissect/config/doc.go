// Package config reads a phone's configuration file, SEP<MAC>.cnf.xml, as far
// as findings need it: the CallManager group in its order, the TVS servers,
// security modes, CAPF, VPN certificate hashes, access to the settings menu.
//
//	c, err := config.Parse(file.Payload)
//	for _, m := range c.CallManagers { fmt.Println(m.Priority, m.Node) }
//
// The reader streams and forgives: a file that was cut short, or that is not
// well-formed, gives what stood before the damage together with the error.
// Passwords, keys and other secrets are dropped here and never stored. It
// deliberately checks no signature: the XML is what follows the header of a
// signed file, which package trustlist reads.
package config
