import Client
import Custody
import Foundation
import Gateway
import Sharing
import Storage
import Wire

// What can be wrong with a participant's home and with a gateway's directory.

extension HomeError: Worded {
    var complaint: Complaint {
        switch self {
        case .missing(let path):
            .home("there is no \(path)")
                .hint("make a home: trine join INVITATION; or name another with --home")
        case .alreadyThere(let path):
            .home("there is a home in \(path) already").hint("name another directory: --home DIR")
        case .exposed(let path): .exposed(path)
        case .keyringLost(let path):
            .home("the keyring of this home is gone: there is no \(path)")
                .hint(
                    "restore your backup: trine home restore FILE; without one, the recovery kit "
                        + "makes a new home: trine recover")
        case .busy(let path, let holder):
            .home(
                "another trine is at work in \(path)"
                    + (holder.map { " and went on for too long: \($0)" } ?? "")
            )
            .hint("wait until it has finished")
        case .system(let path, let call, let code):
            .home("\(path): \(call): \(String(cString: strerror(code)))").hint(Self.hint(code))
        case .malformed(let path):
            .home("\(path) isn't what was written there")
                .hint("bring it back from a backup of the home")
        case .viewDamaged(let path):
            .home("what this home had kept of the log can't be read: \(path)")
                .hint("run it again: the log is read anew, and nothing else is lost")
        case .tooLarge(let path, let limit): .home("\(path) is larger than \(limit) bytes")
        }
    }

    /// What to do where the operating system refuses.
    static func hint(_ code: Int32) -> String? {
        switch code {
        case ENOSPC, EDQUOT, EFBIG:
            "make room and run it again: what was signed is kept, and nothing is done twice"
        case EACCES, EPERM: "run it as the user to whom it belongs"
        case ENOENT: "make the directory first that it is to be in"
        case EROFS: "it lies on something that can't be written"
        default: nil
        }
    }
}

extension KeyringError: Worded {
    var complaint: Complaint {
        switch self {
        case .wrongPassphrase:
            .home("this isn't the keyring's passphrase, or the keyring was changed")
                .hint("try again")
        case .malformed: .home("the keyring is damaged").hint("bring it back from a backup")
        case .unknownFormat:
            .home("the keyring was written by a later version").hint("use that version")
        case .costOutOfRange(let mebibytes):
            .home("the keyring is protected with \(mebibytes) MiB, which isn't allowed")
                .hint("one made for tests opens only where TRINE_TEST_ARGON2_MIB is set")
        case .outOfMemory(let mebibytes):
            .home("opening the keyring takes \(mebibytes) MiB of memory")
        case .passphraseFile(let path):
            .home("\(path) can't be read, or holds no passphrase")
                .hint("its first line is the passphrase; TRINE_PASSPHRASE_FILE names it")
        case .passphraseFileExposed(let path):
            .home("\(path) holds a passphrase and can be read or written by others")
                .hint(
                    "make it yours alone: chmod 600 '\(path)'; and change what others may have read"
                )
        case .passphraseTooShort(let minimum):
            .home("a new passphrase needs at least \(minimum) characters")
                .hint("a few random words are easy to type and hard to guess")
        case .noSlot(let name): .usage("no slot of the keyring is called \(name)")
        case .tooManySlots(let limit):
            .refused("a keyring has at most \(limit) slots").hint("take one away: --remove NAME")
        case .helper(let name, let fault): fault.complaint(about: name)
        case .noKey(let scope):
            .home("this keyring has no key that may sign for \(scope.rawValue)")
                .hint("do it on a machine that may; what this one may: trine device list")
        case .eraMissing(let era):
            .home("the log is in era \(era), and this home has no keys of it")
                .hint("they come from the recovery kit: trine new-era --kit FILE, or a new home")
        case .otherRoot:
            .home("the secret of this kit isn't the one that the keys here derive from")
                .hint("look for the kit that was made when this participant joined")
        }
    }
}

extension HelperFault {
    fileprivate func complaint(about name: String) -> Complaint {
        switch self {
        case .notNamed:
            .home("the settings name no program for \(name)")
                .hint("write into the file settings of the home: helper.\(name) = /path")
        case .exposed(let path):
            .home("\(path) can be changed by others, so it isn't asked for the secret \(name)")
                .hint("make it yours or the administrator's alone: chmod go-w '\(path)'")
        case .notRun(let path, let code):
            .home("\(path) can't be run: \(String(cString: strerror(code)))")
        case .noAnswer:
            .home("what keeps the secret \(name) gave none that opens the keyring")
                .hint("take the slot away: trine home slots --remove \(name)")
        }
    }
}

extension SettingsError: Worded {
    var complaint: Complaint {
        .home("line \(line) of the settings isn't one that is known")
            .hint("there are: agent = 15m, or no; helper.NAME = /path")
    }
}

extension RecoveryKitError: Worded {
    var complaint: Complaint {
        switch self {
        case .notAKit:
            .usage("this isn't a recovery kit").hint("its first line is trine-kit/1")
        case .unknownFormat:
            .usage("the recovery kit was written by a later version").hint("use that version")
        case .malformed(let line):
            .usage("the line \(line) of the recovery kit isn't as it must be, or is missing")
                .hint("compare it with the page, character by character")
        case .wrongSecret:
            .usage("the words of the recovery kit were copied wrongly, or are of another kit")
                .hint("compare them with the page, word by word, and the check too")
        case .ofAnother(let handle): .usage("this is the recovery kit of \(handle)")
        }
    }
}

extension BackupError: Worded {
    var complaint: Complaint {
        switch self {
        case .notABackup:
            .usage("this isn't a backup of a home").hint(
                "its first line begins with trine-backup/1")
        case .malformed:
            .home("what is in the backup isn't a home, or was changed").hint("use another backup")
        case .originalDiffers(let directory):
            .home(
                "the home that this is a backup of is in \(directory), and has other things to send: "
                    + "two copies of it would number the same books"
            )
            .hint("go on there; or move it away, if it is to be given up")
        }
    }
}

extension RecoveryWordsError: Worded {
    var complaint: Complaint {
        switch self {
        case .count(let count): .usage("a recovery kit has 24 words, and these are \(count)")
        case .unknown(let position):
            .usage("word \(position) isn't one of those that recovery kits are made of")
                .hint("compare it with the page; its first four letters are enough")
        case .checksum:
            .usage("these aren't the words of a recovery kit")
                .hint("compare them with the page: one is another, or two are exchanged")
        }
    }
}

extension ContactError: Worded {
    var complaint: Complaint {
        switch self {
        case .malformed(let line):
            .home("line \(line) of the contacts isn't a handle and a name")
                .hint("edit the file contacts in the home")
        case .malformedName: .usage("this can't be a contact's name")
        case .ambiguous(let name): .usage("somebody else is called \(name)")
        }
    }
}

extension InvitationError: Worded {
    var complaint: Complaint {
        switch self {
        case .onlyAddress:
            .usage("this is the address of a log, and invites nobody")
                .hint("have an authority of the log invite you: trine authority invite")
        case .malformedSecret:
            .usage("the invitation isn't whole: address, #, digest, secret and handle")
                .hint("copy the whole invitation again, and put it in single quotes")
        case .notPinned:
            .usage("the invitation has no # and no digest behind it, so nothing is pinned")
                .hint("ask for the whole invitation, and put it in single quotes")
        case .malformedPin:
            .usage("what stands behind the # isn't a digest of 43 characters")
                .hint("copy the whole invitation again")
        case .malformedAddress:
            .usage("the address isn't a URL such as https://gateway.example")
                .hint("copy the whole invitation again")
        case .plainHTTP(let host):
            .usage("plain http to \(host) would show others who deals with whom")
                .hint("use https; http leads to this machine only")
        }
    }
}

extension FoundingError: Worded {
    var complaint: Complaint {
        switch self {
        case .alreadyFounded: .home("there is a log in this directory already").hint("name another")
        case .refused(let refusal): .refused("this can't begin a log: \(refusal.words)")
        case .store(let error): error.complaint
        }
    }
}
