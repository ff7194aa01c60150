package tls

import "trustline/dissect/cert"

// Cache keeps certificates that were read, for the streams of one input: a
// fleet of phones is shown the same few by its servers. Streams that share a
// Cache share the certificates in it, which nobody may change. It is not safe
// for use by several goroutines.
type Cache struct {
	byDER map[string]*cert.Certificate
}

// UseCache makes the stream look for certificates in c, and put them there.
func (s *Stream) UseCache(c *Cache) { s.cache = c }

func (c *Cache) get(der []byte) *cert.Certificate {
	if c == nil {
		return nil
	}
	return c.byDER[string(der)]
}

// put keeps a certificate. A full cache begins anew: phones show certificates
// of their own and would fill any.
func (c *Cache) put(x *cert.Certificate) {
	if c == nil || x.Raw == nil {
		return
	}
	if c.byDER == nil || len(c.byDER) >= maxCached {
		c.byDER = make(map[string]*cert.Certificate)
	}
	c.byDER[string(x.Raw)] = x
}
