//! Passwords: argon2id (RFC 9106, second recommended option: 64 MiB would starve small machines, so the OWASP setting of 19 MiB and two passes).

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use domain::refusal::Refusal;
use tokio::sync::Semaphore;

/// The shortest password, in characters.
pub const MIN: usize = 10;
/// The longest password, in bytes.
pub const MAX: usize = 1_000;

/// Whether a password may be used.
///
/// # Errors
/// [`Refusal::Invalid`] saying what is possible.
pub fn check(password: &str) -> Result<(), Refusal> {
    if password.chars().count() < MIN || password.len() > MAX {
        return Err(Refusal::invalid("password", format!("a password has at least {MIN} characters: choose a longer one")));
    }
    Ok(())
}

/// How many passwords are hashed at a time: each takes 19 MiB, and strangers decide how many come.
static AT_A_TIME: Semaphore = Semaphore::const_new(4);

/// The hash of a password as a PHC string. Takes some 20 ms on purpose, on a thread of its own.
pub async fn hash(password: String) -> String {
    let _turn = AT_A_TIME.acquire().await;
    let work = move || Argon2::default().hash_password(password.as_bytes()).expect("the parameters are legal").to_string();
    tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
}

/// Whether the password has this hash; none: hash something all the same, so that unknown names take as long as known ones.
pub async fn verify(password: String, hash: Option<String>) -> bool {
    let _turn = AT_A_TIME.acquire().await;
    let work = move || match hash {
        Some(hash) => {
            PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        }
        None => {
            let _ = Argon2::default().hash_password(password.as_bytes());
            false
        }
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_only() {
        let hash = hash("correct horse battery".to_owned()).await;
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(verify("correct horse battery".to_owned(), Some(hash.clone())).await);
        assert!(!verify("correct horse".to_owned(), Some(hash)).await);
        assert!(!verify("correct horse".to_owned(), None).await);
    }
}
