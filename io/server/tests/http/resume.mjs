// Uploads a file with tus-js-client, aborts in the middle, and resumes with a new client: resume.mjs ADDRESS TOKEN FILE
import { createReadStream, statSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../../../web/apps/admin/package.json', import.meta.url))
const tus = require('tus-js-client')

const [endpoint, token, file] = process.argv.slice(2)
const size = statSync(file).size

function options(more) {
  return {
    endpoint,
    chunkSize: 4 * 1024 * 1024,
    uploadSize: size,
    retryDelays: null,
    headers: { Authorization: `Bearer ${token}` },
    metadata: { filename: 'noise.mp4' },
    ...more,
  }
}

/** Uploads until more than half is there, then aborts; hands back the upload's address. */
function firstHalf() {
  return new Promise((resolve, reject) => {
    const upload = new tus.Upload(createReadStream(file), options({
      onError: reject,
      onSuccess: () => reject(new Error('the file was uploaded before it could be aborted')),
      onChunkComplete: (_, accepted) => {
        if (accepted > size / 2) upload.abort().then(() => resolve(upload.url), reject)
      },
    }))
    upload.start()
  })
}

/** Goes on with an upload that another client began; hands back where it went on. */
function rest(uploadUrl) {
  return new Promise((resolve, reject) => {
    let resumedAt = null
    const upload = new tus.Upload(createReadStream(file), options({
      uploadUrl,
      onError: reject,
      onAfterResponse: (request, response) => {
        if (request.getMethod() === 'HEAD') resumedAt = Number(response.getHeader('Upload-Offset'))
      },
      onSuccess: () => resolve(resumedAt),
    }))
    upload.start()
  })
}

const url = await firstHalf()
const resumedAt = await rest(url)
console.log(JSON.stringify({ url, resumed_at: resumedAt }))
