/** For the scheduler of a host without processes that stay: runs one check within the request, for who brings CRON_TOKEN. */
export default defineApiHandler(answerCron)
