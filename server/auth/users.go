package auth

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/drawbolt/drawbolt/cypher"
)

// Options configure the users of a server. The zero Options keeps nothing and
// has the defaults of the flags.
type Options struct {
	// Keeper keeps the accounts; nil keeps them in memory only.
	Keeper Keeper
	// Algorithm hashes new passwords; default Bcrypt.
	Algorithm Algorithm
	// Cost is that of new bcrypt hashes; default 12. Tests lower it.
	Cost int
	// Hashers is how many passwords are hashed at a time; default half of the
	// processors.
	Hashers int
	// Names and Passwords are regular expressions that a new name, or password,
	// must match in full; empty means anything.
	Names, Passwords string
	// MinPassword is how many characters a new password must have.
	MinPassword int
	// PermitNull allows users without a password. They log in with an empty one.
	PermitNull bool
	// LockAfter is how many failures in a row lock a user, ten times as many an
	// address; zero means never. Lock is the time of the first lock.
	LockAfter int
	Lock      time.Duration
	// Audit is called for each event, by many goroutines; may be nil.
	Audit func(Event)
	// Gone is called after accounts have ended, with a function that tells
	// which, so that their sessions can be ended; may be nil.
	Gone func(ended func(cypher.Account) bool)
}

// An Event is one line of the audit log. It has no secrets.
type Event struct {
	// Name is one of the constants.
	Name string
	// User is who did it, or tried to.
	User string
	// Target is the user or role that it was done to, if it is another one.
	Target string
	// Class says more about the result, in a word or a few.
	Class  string
	Failed bool
	Origin cypher.Origin
}

// The names of events.
const (
	EventLogin      = "login"
	EventLockOut    = "lock-out"
	EventUser       = "user"
	EventRole       = "role"
	EventPrivileges = "privileges"
	EventPassword   = "password"
	EventReload     = "reload"  // of key material
	EventSetting    = "setting" // of the running server
)

// Users keeps the accounts of a server. It implements [cypher.Users].
type Users struct {
	opts             Options
	names, passwords *regexp.Regexp
	verifier         *verifier
	limiter          *limiter
	lockOuts         atomic.Uint64

	state atomic.Pointer[state]

	changing sync.Mutex // held while the state is replaced
}

var _ cypher.Users = (*Users)(nil)

// nobody is who logs in while there are no users.
var nobody = &cypher.Principal{Allowed: cypher.AllPrivileges} //nolint:gochecknoglobals // a constant

// Open loads the accounts. An error means that they can not be trusted, so that
// the server must not start.
func Open(o Options) (*Users, error) {
	if o.Algorithm == "" {
		o.Algorithm = Bcrypt
	}
	if o.Cost == 0 {
		o.Cost = defaultCost
	}
	if o.Cost < bcrypt.MinCost || o.Cost > maxCost {
		return nil, fmt.Errorf("auth: options: cost %d is not between %d and %d", o.Cost, bcrypt.MinCost, maxCost)
	}
	u := &Users{opts: o}
	var err error
	if u.names, err = whole(o.Names); err != nil {
		return nil, err
	}
	if u.passwords, err = whole(o.Passwords); err != nil {
		return nil, err
	}
	if u.limiter, err = newLimiter(o.LockAfter, o.Lock); err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	if u.verifier, err = newVerifier(o.Algorithm, o.Cost, o.Hashers); err != nil {
		return nil, err
	}
	s, err := u.load()
	if err != nil {
		return nil, err
	}
	u.state.Store(s)
	return u, nil
}

// whole compiles a pattern that must match a text in full.
func whole(pattern string) (*regexp.Regexp, error) {
	if pattern == "" {
		pattern = ".*"
	}
	return regexp.Compile(`\A(?:` + pattern + `)\z`)
}

func (u *Users) load() (*state, error) {
	var kept []byte
	if u.opts.Keeper != nil {
		var err error
		if kept, err = u.opts.Keeper.Load(); err != nil {
			return nil, fmt.Errorf("auth: the list of users can not be read: %w", err)
		}
	}
	d := firstDocument()
	if kept != nil {
		var err error
		if d, err = decode(kept); err != nil {
			return nil, err
		}
	}
	return newState(d)
}

// firstDocument has the roles that are always there.
func firstDocument() *document {
	d := &document{Users: []userRecord{}}
	for _, name := range cypher.BuiltInRoles() {
		allowed, _ := cypher.BuiltInRole(name)
		d.Roles = append(d.Roles, roleRecord{Name: name, Granted: allowed.Names()})
	}
	return d
}

// Required reports whether a login is needed, which is so when there are users.
func (u *Users) Required() bool { return !u.state.Load().open() }

// Principal implements [cypher.Users].
func (u *Users) Principal(account cypher.Account) *cypher.Principal {
	s := u.state.Load()
	if account == 0 && s.open() {
		return nobody
	}
	return s.principals[account]
}

// Users implements [cypher.Users].
func (u *Users) Users() []cypher.User { return u.state.Load().users }

// Roles implements [cypher.Users].
func (u *Users) Roles() []cypher.Role { return u.state.Load().roles }

// An Attempt is a login. It is secret.
type Attempt struct {
	Scheme, Name, Password string
	Origin                 cypher.Origin
}

// Login returns who a client is. The error wraps ErrRefused, ErrRate or
// ErrScheme when it is the client's fault.
func (u *Users) Login(ctx context.Context, a Attempt) (*cypher.Principal, error) {
	s := u.state.Load()
	if s.open() {
		return nobody, nil
	}
	refuse := func(class string, err error) (*cypher.Principal, error) {
		u.audit(Event{Name: EventLogin, User: a.Name, Class: class, Failed: true, Origin: a.Origin})
		return nil, err
	}
	switch a.Scheme {
	case "basic":
	case "none":
		return refuse("no credentials", ErrRefused)
	default:
		return refuse("scheme "+a.Scheme, ErrScheme)
	}
	host := hostOf(a.Origin.Address)
	locked, known := u.limiter.locked(a.Name, host, time.Now())
	if locked && !known {
		return refuse("locked", ErrRate)
	}
	record := s.byName[a.Name]
	switch right, err := u.check(ctx, record, &a, host, known); {
	case errors.Is(err, ErrRate):
		return refuse("locked", ErrRate)
	case err != nil:
		return nil, fmt.Errorf("auth: check a password: %w", err)
	case !right:
		if u.limiter.failed(a.Name, host, time.Now()) {
			u.lockOuts.Add(1)
			u.audit(Event{Name: EventLockOut, User: a.Name, Class: "too many failures", Failed: true, Origin: a.Origin})
		}
		if locked {
			return refuse("locked", ErrRate)
		}
		return refuse("wrong user or password", ErrRefused)
	}
	// The user may have changed while the password was checked.
	now := u.state.Load()
	if r := now.byName[a.Name]; r == nil || r.Account != record.Account || r.Password != record.Password {
		return refuse("user changed", ErrRefused)
	}
	p := now.principals[record.Account]
	if p == nil {
		return refuse("suspended", ErrRefused)
	}
	u.limiter.succeeded(a.Name, host)
	u.audit(Event{Name: EventLogin, User: a.Name, Origin: a.Origin})
	return p, nil
}

// check reports whether a password is right. It takes as long for a user that
// does not exist, and for one whose hash is of another kind.
func (u *Users) check(ctx context.Context, record *userRecord, a *Attempt, host string, known bool) (bool, error) {
	may := func() bool {
		if known {
			return true
		}
		locked, _ := u.limiter.locked(a.Name, host, time.Now())
		return !locked
	}
	c := check{stored: u.verifier.dummy, password: a.Password, known: known, may: may}
	if record != nil && record.Password != "" {
		c.account, c.stored = record.Account, record.Password
	}
	right, err := u.verifier.verify(ctx, &c)
	if err != nil {
		return false, err
	}
	if c.account == 0 {
		return record != nil && u.opts.PermitNull && a.Password == "", nil
	}
	if !right && !u.verifier.usual(c.stored) {
		c.account, c.stored = 0, u.verifier.dummy
		if _, err := u.verifier.verify(ctx, &c); err != nil {
			return false, err
		}
	}
	return right, nil
}

func (u *Users) audit(e Event) {
	if u.opts.Audit != nil {
		u.opts.Audit(e)
	}
}

// Numbers are what operators watch.
type Numbers struct {
	LockOuts uint64
	// Hashed counts passwords that were checked, Remembered those that needed
	// no check.
	Hashed, Remembered uint64
	// Waiting is how many checks wait for their turn now.
	Waiting int64
	Users   int
}

// Numbers returns the present numbers.
func (u *Users) Numbers() Numbers {
	return Numbers{
		LockOuts: u.lockOuts.Load(), Hashed: u.verifier.made.Load(), Remembered: u.verifier.hits.Load(),
		Waiting: u.verifier.waiting.Load(), Users: len(u.state.Load().document.Users),
	}
}

// Bootstrap creates a user that the environment names, unless it exists. Its
// password need not be changed.
func (u *Users) Bootstrap(ctx context.Context, name, password string) error {
	_, err := u.Execute(ctx, cypher.Caller{Principal: &cypher.Principal{Name: "environment"}}, &cypher.CreateUser{
		Name: name, IfNotExists: true, Attributes: cypher.UserAttributes{Password: &password, Expired: cypher.ChoiceNo},
	})
	return err
}
