package client

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/drawbolt/drawbolt/bolt"
	"github.com/drawbolt/drawbolt/packstream"
	"github.com/drawbolt/drawbolt/storage/graph"
)

// A raw connection speaks Bolt itself. It looks at what kind of message an answer is, and
// does not decode records.
type raw struct {
	conn     net.Conn
	reader   *bolt.Reader
	writer   *bolt.Writer
	version  *bolt.Version
	database string
}

// maxAnswer bounds one message of the server.
const maxAnswer = 1 << 30

// dialTimeout bounds the TCP connection.
const dialTimeout = 10 * time.Second

// OpenRaw opens connections of the raw client.
func (t *Target) OpenRaw(ctx context.Context) (Conn, error) {
	dial, err := t.dialer(true)
	if err != nil {
		return nil, err
	}
	return t.connect(ctx, dial, true)
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// connect opens a connection, agrees on a version and, when asked for, logs in.
func (t *Target) connect(ctx context.Context, dial dialFunc, login bool) (*raw, error) {
	address, err := t.Address()
	if err != nil {
		return nil, err
	}
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := &raw{conn: conn, database: t.Database, reader: bolt.NewReader(conn, maxAnswer), writer: bolt.NewWriter(conn)}
	defer c.obey(ctx)()
	if err = c.handshake(); err == nil && login {
		err = c.login(t)
	}
	if err != nil {
		_ = conn.Close()
		return nil, wrap("connect to "+address, err)
	}
	return c, nil
}

// obey ends reads and writes when the context ends, until the returned function
// is called.
func (c *raw) obey(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { _ = c.conn.SetDeadline(time.Unix(1, 0)) })
}

// handshake offers 5.8 to 5.0, 4.4 to 4.2, 4.1 and 3.
func (c *raw) handshake() error {
	opening := binary.BigEndian.AppendUint32(nil, bolt.Magic)
	for _, slot := range []uint32{0x00080805, 0x00020404, 0x00000104, 0x00000003} {
		opening = binary.BigEndian.AppendUint32(opening, slot)
	}
	if _, err := c.conn.Write(opening); err != nil {
		return err
	}
	var answer [4]byte
	if _, err := io.ReadFull(c.conn, answer[:]); err != nil {
		return err
	}
	versions, _ := bolt.Versions("", "", true)
	i := slices.IndexFunc(versions, func(v *bolt.Version) bool { return v.Is(answer[3], answer[2]) })
	if i < 0 {
		return fmt.Errorf("the server agreed to no version: % x", answer)
	}
	c.version = versions[i]
	return nil
}

func (c *raw) login(t *Target) error {
	auth := bolt.Auth{Scheme: "none"}
	if t.User != "" {
		auth = bolt.Auth{Scheme: "basic", Principal: t.User, Credentials: t.Password}
	}
	hello := &bolt.Hello{UserAgent: Agent, BoltAgent: graph.Map([]graph.Field{{Name: "product", Value: graph.String(Agent)}})}
	messages := []message{hello}
	if c.version.Login == bolt.LoginLogon {
		messages = append(messages, &bolt.Logon{Auth: auth})
	} else {
		hello.Auth = auth
	}
	if err := c.send(messages...); err != nil {
		return err
	}
	for range messages {
		if err := c.summary(); err != nil {
			return err
		}
	}
	return nil
}

// A message is one of a client.
type message interface {
	Append(dst []byte, v *bolt.Version) ([]byte, error)
}

// send writes messages at once.
func (c *raw) send(messages ...message) error {
	for _, m := range messages {
		if err := c.queue(m); err != nil {
			return err
		}
	}
	return c.writer.Flush()
}

func (c *raw) queue(m message) error {
	c.writer.Begin()
	out, err := m.Append(c.writer.Buf, c.version)
	if err != nil {
		c.writer.Abort()
		return err
	}
	c.writer.Buf = out
	c.writer.End()
	return nil
}

// summary reads to the end of one answer. A *FailureError and ErrIgnored leave the
// connection usable; other errors do not.
func (c *raw) summary() error {
	for {
		m, err := c.reader.Next()
		if err != nil {
			return err
		}
		signature, ok := bolt.PeekSignature(m)
		if !ok {
			return errors.New("a message of the server is no structure")
		}
		switch signature {
		case bolt.SignatureRecord:
		case bolt.SignatureSuccess:
			return nil
		case bolt.SignatureIgnored:
			return ErrIgnored
		case bolt.SignatureFailure:
			return c.failure(m)
		default:
			return fmt.Errorf("a message of the server has the signature %v", signature)
		}
	}
}

func (c *raw) failure(m []byte) error {
	d := packstream.NewDecoder(m)
	if _, _, err := d.StructHeader(); err != nil {
		return err
	}
	fields, err := bolt.DecodeValue(d, c.version, func(string, int64) (int32, bool) { return 0, true })
	if err != nil {
		return err
	}
	f := &FailureError{}
	if fields.Kind() != graph.KindMap {
		return errors.New("a failure of the server has no map")
	}
	for _, field := range fields.Map() {
		if field.Value.Kind() != graph.KindString {
			continue
		}
		switch field.Name {
		case "code", "neo4j_code":
			f.Code = field.Value.Str()
		case "message":
			f.Message = field.Value.Str()
		}
	}
	return f
}

// Close implements Conn.
func (c *raw) Close(context.Context) {
	_ = c.conn.SetDeadline(time.Now().Add(time.Second))
	_ = c.send(&bolt.Goodbye{})
	_ = c.conn.Close()
}

// Do implements Conn.
func (c *raw) Do(ctx context.Context, r *Request) error {
	var failed error
	if err := c.DoAll(ctx, []Request{*r}, func(err error) { failed = err }); err != nil {
		return err
	}
	return failed
}

// DoAll implements Pipeliner.
func (c *raw) DoAll(ctx context.Context, requests []Request, answered func(error)) error {
	defer c.obey(ctx)()
	answers := make([]int, len(requests))
	for i := range requests {
		var err error
		if answers[i], err = c.request(&requests[i]); err != nil {
			return err
		}
	}
	if err := c.writer.Flush(); err != nil {
		return err
	}
	clean := true
	for _, n := range answers {
		var failed error
		for range n {
			err := c.summary()
			if _, isFailure := errors.AsType[*FailureError](err); err != nil && !isFailure && !errors.Is(err, ErrIgnored) {
				return err
			}
			if failed == nil {
				failed = err
			}
		}
		clean = clean && failed == nil
		answered(failed)
	}
	if clean {
		return nil
	}
	if err := c.send(&bolt.Reset{}); err != nil {
		return err
	}
	return c.summary()
}

// request queues the messages of a request and returns how many answers belong
// to it.
func (c *raw) request(r *Request) (answers int, err error) {
	parameters, err := toGraph(r.Parameters)
	if err != nil {
		return 0, err
	}
	all := &bolt.Pull{N: bolt.AllRecords, QID: bolt.LastQuery}
	extra := bolt.TransactionExtra{Database: c.database}
	if r.Steps == nil {
		return 2, errors.Join(c.queue(&bolt.Run{Query: r.Statement, Parameters: parameters, Extra: extra}), c.queue(all))
	}
	err = c.queue(&bolt.Begin{Extra: extra})
	for _, step := range r.Steps {
		err = errors.Join(err, c.queue(&bolt.Run{Query: step, Parameters: parameters}), c.queue(all))
	}
	return 2 + 2*len(r.Steps), errors.Join(err, c.queue(&bolt.Commit{}))
}

// toGraph converts a parameter.
func toGraph(v any) (graph.Value, error) {
	switch v := v.(type) {
	case nil:
		return graph.Value{}, nil
	case bool:
		return graph.Boolean(v), nil
	case int:
		return graph.Integer(int64(v)), nil
	case int64:
		return graph.Integer(v), nil
	case float64:
		return graph.Float(v), nil
	case string:
		return graph.String(v), nil
	case []any:
		items := make([]graph.Value, len(v))
		for i, item := range v {
			var err error
			if items[i], err = toGraph(item); err != nil {
				return graph.Value{}, err
			}
		}
		return graph.List(items), nil
	case map[string]any:
		fields := make([]graph.Field, 0, len(v))
		for key, item := range v {
			value, err := toGraph(item)
			if err != nil {
				return graph.Value{}, err
			}
			fields = append(fields, graph.Field{Name: key, Value: value})
		}
		return graph.Map(fields), nil
	default:
		return graph.Value{}, fmt.Errorf("a parameter of type %T can not be sent", v)
	}
}
