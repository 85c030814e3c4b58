package tls

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// SelfSigned describes a certificate that [CreateSelfSigned] makes.
type SelfSigned struct {
	// Hosts are the names and IP addresses that it is for; nil means localhost,
	// its two addresses and this machine's name.
	Hosts []string
	// Life is how long it is valid; zero means 90 days.
	Life time.Duration
}

// selfSignedLife is how long a throw-away certificate is valid.
const selfSignedLife = 90 * 24 * time.Hour

// CreateSelfSigned writes a new self-signed certificate and its key: ECDSA P-256,
// no authority. The key file has mode 0400. Missing directories are made. When one
// of the files exists, nothing is changed and the error satisfies errors.Is(err,
// fs.ErrExist).
func CreateSelfSigned(certPath, keyPath string, o SelfSigned) error {
	for _, path := range []string{certPath, keyPath} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			if err == nil {
				err = fs.ErrExist
			}
			return fmt.Errorf("tls: create self-signed certificate: %s: %w", path, err)
		}
	}
	certDER, keyDER, err := o.create(time.Now())
	if err != nil {
		return fmt.Errorf("tls: create self-signed certificate: %w", err)
	}
	defer clear(keyDER)
	if err := writeNew(keyPath, "PRIVATE KEY", keyDER, 0o400); err != nil {
		return err
	}
	if err := writeNew(certPath, "CERTIFICATE", certDER, 0o644); err != nil {
		return errors.Join(err, os.Remove(keyPath))
	}
	return nil
}

func (o SelfSigned) create(now time.Time) (certDER, keyDER []byte, err error) {
	hosts := o.Hosts
	if hosts == nil {
		hosts = []string{"localhost", "127.0.0.1", "::1"}
		if name, err := os.Hostname(); err == nil && name != "" && name != "localhost" {
			hosts = append(hosts, name)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Drawbolt development certificate"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(cmp.Or(o.Life, selfSignedLife)), // an hour for clocks that differ
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	certDER, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err = x509.MarshalPKCS8PrivateKey(key)
	return certDER, keyDER, err
}

// writeNew writes a PEM file that must not exist yet.
func writeNew(path, kind string, der []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("tls: write %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("tls: write %s: %w", path, err)
	}
	if err := errors.Join(pem.Encode(f, &pem.Block{Type: kind, Bytes: der}), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("tls: write %s: %w", path, err), os.Remove(path))
	}
	return nil
}
